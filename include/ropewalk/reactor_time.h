#pragma once

#include <chrono>
#include <type_traits>
#include <utility>
#include <vector>

#include "ropewalk/detail/detached.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

using namespace std::chrono_literals;

/// A span of time, written `5s`, `250ms`, ...
using Duration = std::chrono::nanoseconds;

/// A moment on the monotonic clock: steps of the wall clock do not move it.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// `from` plus `wait`; if that is out of range, the last or the first TimePoint.
constexpr TimePoint later(TimePoint from, Duration wait) noexcept {
  if (wait > Duration::zero() && from > TimePoint::max() - wait) return TimePoint::max();
  if (wait < Duration::zero() && from < TimePoint::min() - wait) return TimePoint::min();
  return from + wait;
}

namespace detail {
class Timer;
class TimerQueue;
}  // namespace detail

/// A call scheduled with callLater().
///
/// Ownership: a handle; the reactor keeps the call whether or not you keep the handle. Copies refer
/// to the same call.
/// Errors: cancel(), reset() and delay() throw AlreadyCalled once the call has started to run and
/// AlreadyCancelled after cancel().
class DelayedCall {
 public:
  /// An inactive handle, which refers to no call.
  DelayedCall() noexcept;
  DelayedCall(const DelayedCall&) noexcept;
  DelayedCall(DelayedCall&&) noexcept;
  DelayedCall& operator=(DelayedCall) noexcept;
  ~DelayedCall();

  /// Prevents the call from running, and destroys the callable.
  void cancel();

  /// Moves the deadline to `delay` from now.
  void reset(Duration delay);

  /// Moves the deadline by `more`.
  void delay(Duration more);

  /// True until the call starts to run or is cancelled.
  bool active() const noexcept;

  /// When the call is due.
  TimePoint getTime() const;

 private:
  friend class detail::TimerQueue;
  explicit DelayedCall(detail::Timer& timer) noexcept;

  detail::Ref<detail::Timer> timer_;
};

/// A clock that can call back later: the Reactor, and in tests a Clock.
///
/// Calls run on the reactor's thread, in order of their deadlines; those with equal deadlines in
/// the order in which they were scheduled. A call never runs before callLater() has returned, not
/// even with a delay of 0s. One that is scheduled while calls run waits for the next turn. An
/// exception from a call is logged and has no other effect.
class ReactorTime {
 public:
  ReactorTime() = default;
  ReactorTime(const ReactorTime&) = delete;
  ReactorTime& operator=(const ReactorTime&) = delete;
  virtual ~ReactorTime() = default;

  /// The time on this reactor's clock.
  virtual TimePoint now() const = 0;

  /// Calls `call` once, `delay` from now.
  ///
  /// `call` is kept until it has run or is cancelled; if it returns a Deferred, until that is done.
  /// Throws NegativeDelay if `delay` is negative, std::bad_alloc if there is no memory.
  template <typename Callable>
  DelayedCall callLater(Duration delay, Callable&& call) {
    return schedule(delay, detail::detached(std::forward<Callable>(call)));
  }

  /// The pending calls, in no particular order.
  virtual std::vector<DelayedCall> getDelayedCalls() const = 0;

 private:
  virtual DelayedCall schedule(Duration delay, UniqueFunction<void()> call) = 0;
};

}  // namespace ropewalk
