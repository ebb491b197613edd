#include "ropewalk/detail/timeout.h"

#include <string>

#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {
namespace {

// Formats without trailing zeros: "1.5", "0.25", "60".
std::string inSeconds(std::chrono::nanoseconds time) {
  std::string text = std::to_string(time.count() / 1'000'000'000);
  std::string fraction = std::to_string(1'000'000'000 + time.count() % 1'000'000'000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace

Timeout::Timeout(std::chrono::nanoseconds time) : time_(time) {
  if (time < std::chrono::nanoseconds::zero()) throw NegativeDelay();
}

void Timeout::watch(DeferredState& state, ReactorTime& clock) {
  DelayedCall call = clock.callLater(time_, [timeout = Ref<Timeout>(this)] { timeout->expire(); });
  state_ = &state;
  stopClock_ = [call]() mutable {
    if (call.active()) call.cancel();
  };
}

Failure Timeout::judge(const Failure& failure) {
  state_ = nullptr;
  if (stopClock_) stopClock_();
  stopClock_ = nullptr;
  if (!expired_ || !failure.check<CancelledError>()) return failure;
  return Failure::of(DeferredTimeoutError("timed out after " + inSeconds(time_) + " s"));
}

void Timeout::expire() noexcept {
  expired_ = true;
  const ResumeQueue::Hold resumedLast;
  if (state_ != nullptr) state_->cancel();
}

}  // namespace ropewalk::detail
