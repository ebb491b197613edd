#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/coroutine_promise.h"
#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/deferred_timeout.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/detail/step.h"
#include "ropewalk/promise.h"
#include "ropewalk/result.h"

namespace ropewalk {

class ReactorTime;

namespace detail {

// For the static_assert in functions that need an rvalue Deferred.
template <class>
inline constexpr bool kUseMove = false;

}  // namespace detail

template <class T>
class Droppable;

/// A result that is not available yet: add callbacks to it, or `co_await` it.
///
///   reactor().resolve("localhost")
///       .addCallback([](const std::vector<Address>& found) { greet(found.front()); })
///       .addErrback([](const Failure& why) { logError("resolve: {}", why.what()); });
///
///   int total = co_await first() + co_await second();
///
/// Each function below consumes this Deferred and returns the next one in the chain. For a named
/// Deferred, write std::move(named).addCallback(...).
///
/// Callbacks: called in order, each with the result of the previous one, the first with the value
/// (an rvalue; a callback may also take nothing). They run at once if the value is there. If one
/// throws, the next result is a failure. A callback may return a Deferred (be a coroutine): the
/// rest of the chain waits for it, and the callable and the value that it was called with are kept
/// until then. Chains of any length use a bounded stack.
///
/// Coroutines: a function that returns Deferred<T> may be a coroutine. It starts at once and is
/// resumed when the awaited result is there. `co_await` takes temporaries; for a named Deferred,
/// write `co_await std::move(named)`. Coroutines are resumed from a queue, one at a time. The
/// exception: a Promise::callback() that is not nested in another one resumes the coroutines that
/// wait for it before it returns.
///
/// Compiler: g++ 12 miscompiles `co_await` inside `?:`, `&&` and `||`, in an expression that makes
/// a closure with captures, and in a condition: await into a variable first. A condition may
/// declare it: `while (auto line = co_await readLine())`. Without NDEBUG, an assert() ends the
/// program where a coroutine broken by such a condition would first be suspended.
///
/// Cancelling: see cancel(). Dropping a Deferred never cancels: the work behind it continues.
///
/// Discarding: the compiler warns if the Deferred that a function returns is discarded, as in
/// `save();` instead of `co_await save();`. One returned by addCallback() and the like may be
/// discarded (see Droppable). To start work without waiting for it, use spawn().
///
/// Errors: an empty function as a callback throws std::invalid_argument and leaves the Deferred
/// unchanged. An unhandled failure is logged when the last handle is destroyed, with the place
/// where the Deferred was made (CancelledError and PromiseDropped only at debug level).
///
/// Ownership: move-only, the size of a pointer. An empty one (default-constructed or consumed) may
/// only be assigned to and destroyed.
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

  /// True if there is a value or a failure: a callback would run at once.
  bool hasResult() const noexcept { return detail::DeferredAccess::peek(*this)->hasResult(); }

  /// Calls `callback` with the value. Its result, which may be nothing, a value or a Deferred, is
  /// the next one. A failure skips `callback`.
  template <class F>
  auto addCallback(F&& callback, detail::Place place = detail::Place::current()) && {
    using Callback = std::decay_t<F>;
    detail::requireCallable<Callback>(callback);
    return then<detail::CallbackResult<Callback, T>>(
        detail::Callbacks<Callback, detail::PassOn>{std::forward<F>(callback), {}}, place);
  }

  /// Calls `errback` with a failure. It recovers if it returns a T or a Deferred<T>; it fails again
  /// if it returns a Failure or throws. A value skips `errback`.
  template <class F>
  Droppable<T> addErrback(F&& errback, detail::Place place = detail::Place::current()) && {
    detail::requireCallable<std::decay_t<F>>(errback);
    return then<T>(detail::Callbacks<detail::PassOn, std::decay_t<F>>{{}, std::forward<F>(errback)},
                   place);
  }

  /// Calls one of the two; `errback` never gets an exception of `callback`. Both return the same
  /// type.
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
  /// With a Result<T>: its result is the next one, as for addCallback(); it may also return a
  /// Result. With nothing: it returns nothing, and the result stays unchanged, unless it throws.
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

  /// Cancels if there is no result within `time` on `clock`. A CancelledError that this causes
  /// becomes a DeferredTimeoutError.
  ///
  /// `clock` must outlive the wait. Throws NegativeDelay, and leaves this Deferred unchanged, if
  /// `time` is negative and there is no result yet.
  template <class Rep, class Period>
  Droppable<T> addTimeout(std::chrono::duration<Rep, Period> time, ReactorTime& clock,
                          detail::Place place = detail::Place::current()) && {
    if (hasResult()) return std::move(*this);
    const detail::Ref<detail::DeferredTimeout> timeout(new detail::DeferredTimeout(time));
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

  /// Cancels the work behind the result.
  ///
  /// The work is what the result depends on now: the Promise at the other end, the Deferred that a
  /// callback returned, or the await in which a coroutine is suspended. That await raises
  /// CancelledError; a coroutine that catches it continues and supplies the result. If the
  /// coroutine is not suspended now, its next await raises.
  ///
  /// The result, normally a CancelledError, is there when this returns, with two exceptions: a
  /// coroutine has to run first, or this is called inside a Promise::callback(), which runs the
  /// continuations before it returns (see Promise).
  ///
  /// Does nothing if there is a result.
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

/// A Deferred that has failed. REQUIRES: `failure` is not empty.
template <class T>
Deferred<T> fail(Failure failure, detail::Place place = detail::Place::current()) {
  detail::Ref<detail::State<T>> state(new detail::State<T>(place));
  state->fail(std::move(failure));
  return Deferred<T>(std::move(state));
}

/// Calls `function` and returns its result as a Deferred, whether it returns a value or a Deferred,
/// or throws. Throws nothing itself. `function` is kept until the Deferred is done.
template <class F>
Deferred<detail::CallbackResult<std::decay_t<F>, void>> maybeDeferred(
    F&& function, detail::Place place = detail::Place::current()) {
  return succeed(place).addCallback(std::forward<F>(function), place);
}

}  // namespace ropewalk
