#include "ropewalk/sim/clock.h"

#include <algorithm>
#include <utility>

#include "reactor/timer_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/sim/no_progress.h"
#include "sim/end_of_time.h"

namespace ropewalk::sim {

namespace {

constexpr int kMaxTurns = 100'000;

}  // namespace

Clock::Clock(TimePoint start) : now_(start), calls_(std::make_unique<detail::TimerQueue>(*this)) {}

Clock::~Clock() = default;

void Clock::advance(Duration amount) {
  if (amount < Duration::zero()) throw NegativeDelay();
  const TimePoint target = detail::timeAfter(now_, amount);
  int turns = 0;
  while (calls_->nextDeadline() <= target) {
    const TimePoint next = std::max(now_, calls_->nextDeadline());
    turns = next == now_ ? turns + 1 : 0;
    if (turns == kMaxTurns) throw NoProgress("a call asks for itself without a delay, for ever");
    now_ = next;
    calls_->runDue(now_);
  }
  // A call may have advanced the clock itself.
  now_ = std::max(now_, target);
}

void Clock::pump(std::initializer_list<Duration> amounts) {
  for (const Duration amount : amounts) advance(amount);
}

std::vector<DelayedCall> Clock::getDelayedCalls() const { return calls_->calls(); }

DelayedCall Clock::schedule(Duration delay, UniqueFunction<void()> call) {
  return calls_->schedule(delay, std::move(call));
}

}  // namespace ropewalk::sim
