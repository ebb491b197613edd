#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/error.h"
#include "ropewalk/result.h"

namespace ropewalk::detail {

template <class T>
inline constexpr bool kIsResult = false;
template <class T>
inline constexpr bool kIsResult<Result<T>> = true;

// The value type of the Deferred after a callback that returns `R`.
template <class R>
struct Carried {
  using Type = R;
};
template <class T>
struct Carried<Deferred<T>> {
  using Type = T;
};
template <class T>
struct Carried<Result<T>> {
  using Type = T;
};

// Calls a callback with the value: as an rvalue, else as an lvalue, else without it.
template <class F, class T>
decltype(auto) callWithValue(F& callback, State<T>& source) {
  if constexpr (std::is_void_v<T>) {
    return callback();
  } else if constexpr (std::is_invocable_v<F&, T&&>) {
    return callback(std::move(source.value()));
  } else if constexpr (std::is_invocable_v<F&, T&>) {
    return callback(source.value());
  } else {
    static_assert(std::is_invocable_v<F&>, "this callback does not take the Deferred's value");
    return callback();
  }
}

template <class F>
decltype(auto) callWithFailure(F& errback, const Failure& failure) {
  if constexpr (std::is_invocable_v<F&, const Failure&>) {
    return errback(failure);
  } else {
    static_assert(std::is_invocable_v<F&>, "an errback takes a const Failure&");
    return errback();
  }
}

template <class F, class T>
using CallbackResult = typename Carried<
    std::decay_t<decltype(callWithValue(std::declval<F&>(), std::declval<State<T>&>()))>>::Type;

void refuseOwnResult(const DeferredState& inner, const DeferredState& target);

// Gives `target` the result or the exception of `call`. If `call` returned a Deferred without a
// result, returns the state to wait for.
template <class U, class Call>
Ref<State<U>> settle(State<U>& target, Call&& call) {
  using R = std::decay_t<decltype(call())>;
  if constexpr (kIsDeferred<R>) {
    Ref<State<U>> inner = DeferredAccess::take(call());
    refuseOwnResult(*inner, target);
    if (!inner->hasResult()) return inner;
    target.takeFrom(*inner);
  } else if constexpr (std::is_same_v<R, Failure>) {
    target.fail(call());
  } else if constexpr (kIsResult<R>) {
    R result = call();
    if (!result) {
      target.fail(result.failure());
    } else if constexpr (std::is_void_v<U>) {
      target.emplace();
    } else {
      target.emplace(std::move(result).value());
    }
  } else if constexpr (std::is_void_v<R>) {
    static_assert(std::is_void_v<U>,
                  "an errback must return a value of the Deferred's type, a Deferred of it, "
                  "a Failure, or throw");
    call();
    target.emplace();
  } else if constexpr (std::is_void_v<U>) {
    call();
    target.emplace();
  } else {
    target.emplace(call());
  }
  return {};
}

// Stands for a callback or errback that was not given: the result stays unchanged.
struct PassOn {};

// addCallback(), addErrback(), addCallbacks().
template <class OnValue, class OnFailure>
struct Callbacks {
  OnValue onValue;
  OnFailure onFailure;

  template <class T, class U>
  Ref<State<U>> run(State<T>& source, State<U>& target) {
    if (source.hasFailed()) {
      const Failure& failure = source.handleFailure();
      if constexpr (std::is_same_v<OnFailure, PassOn>) {
        target.fail(failure);
        return {};
      } else {
        return settle(target,
                      [&]() -> decltype(auto) { return callWithFailure(onFailure, failure); });
      }
    }
    if constexpr (std::is_same_v<OnValue, PassOn>) {
      target.emplace(std::move(source.value()));
      return {};
    } else {
      return settle(target, [&]() -> decltype(auto) { return callWithValue(onValue, source); });
    }
  }
};

// addBoth() with a function that takes a Result.
template <class F>
struct OnResult {
  F callback;

  template <class T, class U>
  Ref<State<U>> run(State<T>& source, State<U>& target) {
    return settle(target, [&]() -> decltype(auto) { return callback(resultOf(source)); });
  }

  template <class T>
  static Result<T> resultOf(State<T>& source) {
    if (source.hasFailed()) return source.handleFailure();
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(source.value());
    }
  }
};

// addBoth() with a function that takes nothing: the result stays unchanged.
template <class F>
struct Finally {
  F callback;

  template <class T>
  Ref<State<T>> run(State<T>& source, State<T>& target) {
    callback();
    target.takeFrom(source);
    return {};
  }
};

// One link of a chain of callbacks: waits for `source`, runs the action, and is the next source.
//
// It has three phases. First it is the continuation of the previous link. Then, if the action
// returned a Deferred, it is the continuation of that; the action (with its callable) and the value
// are kept until then, because a coroutine may still use them. Last, it has a result.
template <class T, class U, class Action>
class Step final : public State<U>, public Continuation {
 public:
  Step(State<T>& source, Action&& action, Place place)
      : State<U>(place), action_(std::move(action)), scope_(Scope::current()), source_(&source) {
    this->addRef();  // as the continuation
    source.setContinuation(*this);
  }

  DeferredState* proceed(DeferredState& source) noexcept override {
    source_ = nullptr;
    try {
      if (!input_) {
        act(static_cast<State<T>&>(source));
      } else {
        // The code that fired `source` has finished with it, including the coroutine frame.
        finish();
        this->takeFrom(static_cast<State<U>&>(source));
      }
    } catch (...) {
      this->fail(Failure::current());
    }
    if (!this->hasResult()) return nullptr;
    finish();
    return this;
  }

 private:
  void act(State<T>& source) {
    const Scope::Enter enter(scope_.get());
    const Ref<State<U>> inner = action_->run(source, *this);
    if (!inner) return;
    input_ = Ref<DeferredState>(&source);
    source_ = inner.get();
    inner->setContinuation(*this);
  }

  void finish() noexcept {
    action_.reset();
    // Not `= {}`: in a template, clang 14 does not destroy an argument made that way.
    input_ = Ref<DeferredState>();
    scope_ = Ref<Scope>();
  }

  DeferredState* cancelOnce() noexcept override { return source_; }

  std::optional<Action> action_;
  Ref<Scope> scope_;
  Ref<DeferredState> input_;  // set while waiting for the Deferred that the action returned
  DeferredState* source_;     // the awaited state; null while the action runs and afterwards
};

}  // namespace ropewalk::detail
