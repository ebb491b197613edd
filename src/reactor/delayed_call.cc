#include "reactor/timer_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {

namespace {

void requireWaiting(detail::Timer::State state) {
  if (state == detail::Timer::State::Called) throw AlreadyCalled();
  if (state == detail::Timer::State::Cancelled) throw AlreadyCancelled();
}

}  // namespace

DelayedCall::DelayedCall() noexcept = default;
DelayedCall::DelayedCall(const DelayedCall&) noexcept = default;
DelayedCall::DelayedCall(DelayedCall&&) noexcept = default;
DelayedCall& DelayedCall::operator=(DelayedCall other) noexcept {
  timer_ = std::move(other.timer_);
  return *this;
}
DelayedCall::~DelayedCall() = default;

DelayedCall::DelayedCall(detail::Timer& timer) noexcept : timer_(&timer) {}

void DelayedCall::cancel() {
  if (!timer_) throw AlreadyCancelled();
  requireWaiting(timer_->state_);
  timer_->queue_->requireHome("DelayedCall::cancel()");
  const detail::Ref<detail::Timer> kept = timer_;  // the callable may own this handle
  kept->queue_->cancel(*kept);
}

void DelayedCall::reset(Duration delay) {
  if (!timer_) throw AlreadyCancelled();
  requireWaiting(timer_->state_);
  timer_->queue_->requireHome("DelayedCall::reset()");
  if (delay < Duration::zero()) throw NegativeDelay();
  timer_->queue_->move(*timer_, later(timer_->queue_->time_.now(), delay));
}

void DelayedCall::delay(Duration more) {
  if (!timer_) throw AlreadyCancelled();
  requireWaiting(timer_->state_);
  timer_->queue_->requireHome("DelayedCall::delay()");
  timer_->queue_->move(*timer_, later(timer_->rank_.deadline, more));
}

bool DelayedCall::active() const noexcept {
  return timer_ && timer_->state_ == detail::Timer::State::Waiting;
}

TimePoint DelayedCall::getTime() const {
  if (!timer_) throw AlreadyCancelled();
  return timer_->rank_.deadline;
}

}  // namespace ropewalk
