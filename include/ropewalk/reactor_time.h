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

/// A span of time. Everything that takes one takes `5s`, `250ms`, ...
using Duration = std::chrono::nanoseconds;

/// A moment on the monotonic clock: steps of the wall clock do not move it.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// `from` and `wait` together; what is too far away to be counted is the last moment there is, or
/// the first.
constexpr TimePoint later(TimePoint from, Duration wait) noexcept {
  if (wait > Duration::zero() && from > TimePoint::max() - wait) return TimePoint::max();
  if (wait < Duration::zero() && from < TimePoint::min() - wait) return TimePoint::min();
  return from + wait;
}

namespace detail {
class Timer;
class TimerQueue;
}  // namespace detail

/// A call that was asked for with callLater().
///
/// Ownership: a handle; the reactor keeps the call whether or not you keep the handle. Copies speak
/// of the same call.
/// Errors: cancel(), reset() and delay() throw AlreadyCalled once the call has started to run and
/// AlreadyCancelled after cancel().
class DelayedCall {
 public:
  /// A handle of no call: never active.
  DelayedCall() noexcept;
  DelayedCall(const DelayedCall&) noexcept;
  DelayedCall(DelayedCall&&) noexcept;
  DelayedCall& operator=(DelayedCall) noexcept;
  ~DelayedCall();

  /// Makes sure that the call never runs, and destroys the callable.
  void cancel();

  /// Moves the deadline to `delay` from now.
  void reset(Duration delay);

  /// Moves the deadline `more` later than it was.
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

/// What tells the time and calls back later: the Reactor, and in tests a Clock.
///
/// Calls run on the reactor's thread, in order of their deadlines; equal deadlines in the order in
/// which they were asked for. A call never runs before callLater() has returned, not even with a
/// delay of 0s, and one that is asked for while calls run waits for the next turn. An exception out
/// of a call is logged and ends nothing else.
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
  /// Throws NegativeDelay if `delay` is below zero, std::bad_alloc if there is no memory.
  template <typename Callable>
  DelayedCall callLater(Duration delay, Callable&& call) {
    return schedule(delay, detail::detached(std::forward<Callable>(call)));
  }

  /// The calls that are still to come, in no particular order.
  virtual std::vector<DelayedCall> getDelayedCalls() const = 0;

 private:
  virtual DelayedCall schedule(Duration delay, UniqueFunction<void()> call) = 0;
};

}  // namespace ropewalk
