// A 4-ary heap ordered by `standing_`. move() to a later time changes only `rank_`; settle() then
// sinks the timers at the front whose `standing_` is out of date.

#include "reactor/timer_queue.h"

#include <algorithm>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

TimerQueue::~TimerQueue() { cancelAll(); }

DelayedCall TimerQueue::schedule(Duration delay, UniqueFunction<void()> call) {
  if (delay < Duration::zero()) throw NegativeDelay();
  auto* const timer = new Timer;
  DelayedCall handle(*timer);
  timer->queue_ = this;
  timer->call_ = std::move(call);
  timer->rank_ = timer->standing_ = {later(time_.now(), delay), ++asked_};
  heap_.push_back(timer);
  timer->addRef();
  put(timer, heap_.size() - 1);
  rise(timer->place_);
  return handle;
}

void TimerQueue::runDue(TimePoint now) noexcept {
  const std::uint64_t askedBefore = asked_;
  brokenOff_ = false;
  for (settle(now); !heap_.empty() && nextDeadline() <= now; settle(now)) {
    Timer& timer = *heap_.front();
    // A call scheduled by one of these calls has a higher order and no earlier deadline, so it ends
    // the loop (TM4).
    if (timer.rank_.order > askedBefore || brokenOff_) return;
    const Ref<Timer> kept(&timer);
    remove(timer);
    timer.state_ = Timer::State::Called;
    UniqueFunction<void()> call = std::move(timer.call_);
    try {
      call();
    } catch (...) {
      const Failure thrown = Failure::current();
      logError("a timed call threw {}: {}", thrown.typeName(), thrown);
    }
  }
}

void TimerQueue::settle(TimePoint now) noexcept {
  while (!heap_.empty() && nextDeadline() <= now) {
    Timer& first = *heap_.front();
    if (first.standing_ == first.rank_) return;
    first.standing_ = first.rank_;
    sink(0);
  }
}

std::vector<DelayedCall> TimerQueue::calls() const {
  std::vector<DelayedCall> all;
  all.reserve(heap_.size());
  for (Timer* const timer : heap_) all.push_back(DelayedCall(*timer));
  return all;
}

// Destroying a call may cancel or schedule others. A round cancels those present when it began, by
// moving them to the front.
void TimerQueue::cancelAll() noexcept {
  constexpr Timer::Rank kFirst{TimePoint::min(), 0};
  for (int round = 0; round < kLastRounds && !heap_.empty(); ++round) {
    for (Timer* const timer : heap_) timer->standing_ = kFirst;
    while (!heap_.empty() && heap_.front()->standing_ == kFirst) {
      const Ref<Timer> first(heap_.front());
      cancel(*first);
    }
  }
  for (Timer* const timer : heap_) timer->state_ = Timer::State::Cancelled;
  heap_.clear();  // leaks them; coroutines that wait for them are never resumed
}

void TimerQueue::markSleep(const DelayedCall& call) noexcept {
  if (call.timer_) call.timer_->isSleep_ = true;
}

void TimerQueue::endSleeps() {
  bool isDone = false;
  for (int round = 0; round < kLastRounds && !isDone; ++round) {
    isDone = true;
    for (DelayedCall& call : calls()) {
      if (!call.timer_->isSleep_ || !call.active()) continue;
      isDone = false;
      call.cancel();
    }
  }
}

void TimerQueue::cancel(Timer& timer) noexcept {
  remove(timer);
  timer.state_ = Timer::State::Cancelled;
  const UniqueFunction<void()> destroyedLast = std::move(timer.call_);
}

void TimerQueue::move(Timer& timer, TimePoint deadline) {
  timer.rank_ = {deadline, ++asked_};
  if (timer.rank_ > timer.standing_) return;
  timer.standing_ = timer.rank_;
  rise(timer.place_);
}

void TimerQueue::remove(Timer& timer) noexcept {
  const std::size_t place = std::exchange(timer.place_, Timer::kNowhere);
  Timer* const last = heap_.back();
  heap_.pop_back();
  if (last != &timer) {
    put(last, place);
    rise(place);
    sink(last->place_);
  }
  timer.release();  // the heap's reference; the caller holds another
}

void TimerQueue::put(Timer* timer, std::size_t place) noexcept {
  heap_[place] = timer;
  timer->place_ = place;
}

void TimerQueue::rise(std::size_t place) noexcept {
  Timer* const timer = heap_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 4;
    if (!earlier(*timer, *heap_[parent])) break;
    put(heap_[parent], place);
    place = parent;
  }
  put(timer, place);
}

void TimerQueue::sink(std::size_t place) noexcept {
  Timer* const timer = heap_[place];
  while (place * 4 + 1 < heap_.size()) {
    const std::size_t firstChild = place * 4 + 1;
    const std::size_t end = std::min(firstChild + 4, heap_.size());
    std::size_t best = firstChild;
    for (std::size_t child = firstChild + 1; child < end; ++child) {
      if (earlier(*heap_[child], *heap_[best])) best = child;
    }
    if (!earlier(*heap_[best], *timer)) break;
    put(heap_[best], place);
    place = best;
  }
  put(timer, place);
}

}  // namespace ropewalk::detail
