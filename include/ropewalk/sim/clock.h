#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {
class TimerQueue;
}

namespace ropewalk::sim {

/// Time that passes when you say so: stands in for a Reactor where only callLater() is wanted.
///
///   sim::Clock clock;
///   Idler idler(clock);  // takes a ReactorTime&
///   clock.advance(61s);
///   CHECK(idler.gaveUp());
///
/// It starts at 0 (`TimePoint{}`) unless told otherwise.
///
/// Order: as on the reactor, because it is the same code. Time moves from deadline to deadline, so
/// now() inside a call is when the call was due; a call that is asked for while calls run waits for
/// the next turn, which is part of the same advance() if it is due by then (a reactor that had all
/// the time in the world would have done the same).
/// Errors: an exception out of a call is logged, and the others run.
class Clock final : public ReactorTime {
 public:
  explicit Clock(TimePoint start = {});
  ~Clock() override;

  TimePoint now() const override { return now_; }

  /// Lets `amount` pass and runs what becomes due. 0s runs what is due already; Duration::max()
  /// goes to the end of time, where what was asked for after Duration::max() has not run.
  ///
  /// Throws NegativeDelay if `amount` is below zero, and NoProgress after 100 000 turns at one
  /// moment.
  void advance(Duration amount);

  /// One advance() after the other.
  void pump(std::initializer_list<Duration> amounts);

  std::vector<DelayedCall> getDelayedCalls() const override;

 private:
  DelayedCall schedule(Duration delay, UniqueFunction<void()> call) override;

  TimePoint now_;
  std::unique_ptr<detail::TimerQueue> calls_;
};

}  // namespace ropewalk::sim
