#include "ropewalk/detail/deferred_timeout.h"

#include <string>

#include "async/in_seconds.h"
#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

DeferredTimeout::DeferredTimeout(std::chrono::nanoseconds time) : time_(time) {
  if (time < std::chrono::nanoseconds::zero()) throw NegativeDelay();
}

void DeferredTimeout::watch(DeferredState& state, ReactorTime& clock) {
  DelayedCall call =
      clock.callLater(time_, [timeout = Ref<DeferredTimeout>(this)] { timeout->expire(); });
  state_ = &state;
  stopClock_ = [call]() mutable {
    if (call.active()) call.cancel();
  };
}

Failure DeferredTimeout::judge(const Failure& failure) {
  state_ = nullptr;
  if (stopClock_) stopClock_();
  stopClock_ = nullptr;
  if (!expired_ || !failure.check<CancelledError>()) return failure;
  return Failure::of(DeferredTimeoutError("timed out after " + inSeconds(time_) + " s"));
}

void DeferredTimeout::expire() noexcept {
  expired_ = true;
  const ResumeQueue::Hold resumedLast;
  if (state_ != nullptr) state_->cancel();
}

}  // namespace ropewalk::detail
