#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/coroutine_promise.h"
#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/detail/step.h"
#include "ropewalk/detail/timeout.h"
#include "ropewalk/promise.h"
#include "ropewalk/result.h"

namespace ropewalk {

class ReactorTime;

namespace detail {

// The message of the functions that may only be called on a Deferred that is given away.
template <class>
inline constexpr bool kUseMove = false;

}  // namespace detail

template <class T>
class Droppable;

/// A result that is not there yet: add callbacks to it, or `co_await` it.
///
///   reactor().resolve("localhost")
///       .addCallback([](const std::vector<Address>& found) { greet(found.front()); })
///       .addErrback([](const Failure& why) { logError("resolve: {}", why.what()); });
///
///   int total = co_await first() + co_await second();
///
/// Each function below uses this Deferred up and returns the one of what comes next, so a named
/// one is written std::move(named).addCallback(...).
///
/// Callbacks: called with the value (an rvalue; a callback may also take nothing), one after the
/// other, each with what the one before returned; at once if the value is there. One that throws
/// makes a failure of the rest. A callback may return a Deferred (be a coroutine): what follows
/// waits for it; the callable and the value that it was called with are kept until then. Chains of
/// any length use a bounded stack.
///
/// Coroutines: a function that returns Deferred<T> may be a coroutine. It starts at once and is
/// resumed when what it awaits is there. `co_await` takes temporaries; a named Deferred is written
/// `co_await std::move(named)`. Coroutines are resumed from a queue, one after the other. The
/// exception: a Promise::callback() that is not called inside another one resumes the coroutines
/// that wait for it before it returns.
///
/// Compiler: g++ 12 miscompiles `co_await` inside `?:`, `&&` and `||`, in an expression that makes
/// a closure with captures, and in a condition: await into a variable first. A condition may
/// declare it: `while (auto line = co_await readLine())`. Without NDEBUG, a coroutine that such a
/// condition has broken ends the program by an assert() where it would first be suspended.
///
/// Cancelling: see cancel(). Dropping a Deferred never cancels; what it was for goes on.
///
/// Ignoring one: the compiler warns if the Deferred that a function returns is discarded, as in
/// `save();` instead of `co_await save();`. The one that addCallback() and the like return may be
/// discarded (see Droppable). To start work without waiting for it, use spawn().
///
/// Errors: an empty function as a callback throws std::invalid_argument and leaves the Deferred
/// unchanged. An unhandled failure is logged when the last handle is destroyed, with the place
/// where the Deferred was made (CancelledError and PromiseDropped only at debug level).
///
/// Ownership: move-only, one pointer. An empty one (default-constructed, used up) may only be
/// assigned to and destroyed.
///
/// Threads: one thread, the reactor's.
template <class T>
class Deferred {
 public:
  using promise_type = detail::CoroutinePromise<T>;

  Deferred() noexcept = default;
  explicit Deferred(detail::Ref<detail::State<T>> state) noexcept : state_(std::move(state)) {}
  Deferred(Deferred&&) noexcept = default;
  Deferred& operator=(Deferred&&) noexcept = default;

  /// True unless empty.
  explicit operator bool() const noexcept { return static_cast<bool>(state_); }

  /// True if there is a value or a failure, so that a callback would run at once.
  bool hasResult() const noexcept { return detail::DeferredAccess::peek(*this)->hasResult(); }

  /// Calls `callback` with the value; it returns what follows: nothing, a value or a Deferred. A
  /// failure passes it by.
  template <class F>
  auto addCallback(F&& callback, detail::Place place = detail::Place::current()) && {
    using Callback = std::decay_t<F>;
    detail::requireCallable<Callback>(callback);
    return then<detail::CallbackResult<Callback, T>>(
        detail::Callbacks<Callback, detail::PassOn>{std::forward<F>(callback), {}}, place);
  }

  /// Calls `errback` with a failure; it returns what follows: a T or a Deferred<T>, which means
  /// that all is well again, or a Failure; or it throws. A value passes it by.
  template <class F>
  Droppable<T> addErrback(F&& errback, detail::Place place = detail::Place::current()) && {
    detail::requireCallable<std::decay_t<F>>(errback);
    return then<T>(detail::Callbacks<detail::PassOn, std::decay_t<F>>{{}, std::forward<F>(errback)},
                   place);
  }

  /// Calls one of the two; `errback` never sees what `callback` throws. Both return the same type.
  template <class F, class G>
  auto addCallbacks(F&& callback, G&& errback, detail::Place place = detail::Place::current()) && {
    using Callback = std::decay_t<F>;
    detail::requireCallable<Callback>(callback);
    detail::requireCallable<std::decay_t<G>>(errback);
    return then<detail::CallbackResult<Callback, T>>(
        detail::Callbacks<Callback, std::decay_t<G>>{std::forward<F>(callback),
                                                     std::forward<G>(errback)},
        place);
  }

  /// Calls `callback` in either case.
  ///
  /// With a Result<T>: what it returns follows, as for addCallback(); it may return a Result, too.
  /// With nothing: it returns nothing and the result goes by unchanged, unless it throws.
  template <class F>
  auto addBoth(F&& callback, detail::Place place = detail::Place::current()) && {
    using Callback = std::decay_t<F>;
    detail::requireCallable<Callback>(callback);
    if constexpr (std::is_invocable_v<Callback&, Result<T>>) {
      using R = std::decay_t<std::invoke_result_t<Callback&, Result<T>>>;
      return then<typename detail::Carried<R>::Type>(
          detail::OnResult<Callback>{std::forward<F>(callback)}, place);
    } else {
      static_assert(std::is_void_v<decltype(std::declval<Callback&>()())>,
                    "a callback for both cases takes a Result<T>, or takes and returns nothing");
      return then<T>(detail::Finally<Callback>{std::forward<F>(callback)}, place);
    }
  }

  /// Cancels if there is no result within `time` on `clock`. A CancelledError that results from
  /// that becomes a DeferredTimeoutError.
  ///
  /// `clock` must outlive the waiting. Throws NegativeDelay, and leaves this Deferred unchanged, if
  /// `time` is below zero and there is no result yet.
  template <class Rep, class Period>
  Droppable<T> addTimeout(std::chrono::duration<Rep, Period> time, ReactorTime& clock,
                          detail::Place place = detail::Place::current()) && {
    if (hasResult()) return std::move(*this);
    const detail::Ref<detail::Timeout> timeout(new detail::Timeout(time));
    Droppable<T> guarded = std::move(*this).addBoth(
        [timeout](Result<T> result) -> Result<T> {
          Failure failure = timeout->judge(result.failure());
          if (failure) return failure;
          return result;
        },
        place);
    timeout->watch(*guarded.state_, clock);
    return guarded;
  }

  /// Gives up waiting: cancels the work behind the result.
  ///
  /// What is cancelled is what the result depends on now: the Promise at the other end, the
  /// Deferred that a callback returned, or the await in which a coroutine is suspended. That await
  /// raises CancelledError; a coroutine that catches it goes on and supplies the result. A
  /// coroutine that is not suspended now sees its next await raise.
  ///
  /// The result, normally a CancelledError, is there when this returns, with two exceptions: a
  /// coroutine has to run first, or this is called inside a Promise::callback(), which runs what
  /// follows before it returns (see Promise).
  ///
  /// With a result there, does nothing.
  void cancel() noexcept {
    const detail::Ref<detail::State<T>> state = detail::DeferredAccess::peek(*this);
    state->cancel();
  }

  template <class F>
  void addCallback(F&&) & {
    static_assert(detail::kUseMove<F>, "write std::move(deferred).addCallback(...)");
  }
  template <class F>
  void addErrback(F&&) & {
    static_assert(detail::kUseMove<F>, "write std::move(deferred).addErrback(...)");
  }
  template <class F, class G>
  void addCallbacks(F&&, G&&) & {
    static_assert(detail::kUseMove<F>, "write std::move(deferred).addCallbacks(...)");
  }
  template <class F>
  void addBoth(F&&) & {
    static_assert(detail::kUseMove<F>, "write std::move(deferred).addBoth(...)");
  }
  template <class Time>
  void addTimeout(Time, ReactorTime&) & {
    static_assert(detail::kUseMove<Time>, "write std::move(deferred).addTimeout(...)");
  }

 private:
  friend struct detail::DeferredAccess;

  template <class U, class Action>
  Droppable<U> then(Action&& action, detail::Place place) {
    const detail::Ref<detail::State<T>> state = detail::DeferredAccess::take(std::move(*this));
    detail::Ref<detail::State<U>> next(
        new detail::Step<T, U, Action>(*state, std::forward<Action>(action), place));
    if (state->hasResult()) state->run();
    return Deferred<U>(std::move(next));
  }

  detail::Ref<detail::State<T>> state_;
};

/// A Deferred that may be discarded without a compiler warning. addCallback() and the like return
/// one, because the callback has seen the result.
///
/// Converts to Deferred<T>. Return one from your own functions whose result is optional.
template <class T>
class Droppable : public Deferred<T> {
 public:
  Droppable() noexcept = default;
  Droppable(Deferred<T>&& deferred) noexcept : Deferred<T>(std::move(deferred)) {}
};

namespace detail {

template <class T>
inline constexpr bool kIsDeferred<Droppable<T>> = true;
template <class T>
struct Carried<Droppable<T>> {
  using Type = T;
};

}  // namespace detail

/// A Deferred that has its value.
inline Deferred<void> succeed(detail::Place place = detail::Place::current()) {
  detail::Ref<detail::State<void>> state(new detail::State<void>(place));
  state->emplace();
  return Deferred<void>(std::move(state));
}

/// A Deferred that has its value.
template <class T>
Deferred<std::decay_t<T>> succeed(T&& value, detail::Place place = detail::Place::current()) {
  detail::Ref<detail::State<std::decay_t<T>>> state(new detail::State<std::decay_t<T>>(place));
  state->emplace(std::forward<T>(value));
  return Deferred<std::decay_t<T>>(std::move(state));
}

/// A Deferred that has failed. REQUIRES: `failure` is one.
template <class T>
Deferred<T> fail(Failure failure, detail::Place place = detail::Place::current()) {
  detail::Ref<detail::State<T>> state(new detail::State<T>(place));
  state->fail(std::move(failure));
  return Deferred<T>(std::move(state));
}

/// Calls `function` and gives a Deferred of what comes of it, be it a value, a Deferred or an
/// exception. Nothing is thrown. `function` is kept until the Deferred is done.
template <class F>
Deferred<detail::CallbackResult<std::decay_t<F>, void>> maybeDeferred(
    F&& function, detail::Place place = detail::Place::current()) {
  return succeed(place).addCallback(std::forward<F>(function), place);
}

}  // namespace ropewalk
