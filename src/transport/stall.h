#pragma once

#include <algorithm>
#include <cstddef>

#include "ropewalk/reactor_time.h"
#include "transport/deadline_wheel.h"

namespace ropewalk::detail {

// Whether the peer makes progress while the kernel takes no more output of a connection.
//
// Writability does not show that, because a kernel reports room only when a good part of its buffer
// is free. So the connection polls how much the peer has acknowledged. Progress is dated to the
// previous poll, the earliest time at which it may have happened. A peer that stops is therefore
// given up no later than promised, rounded up to a tick of the wheel.
class Stall {
 public:
  // The kernel took no more at `now`; `unacknowledged` bytes of this connection are in flight.
  void begin(TimePoint now, std::size_t unacknowledged) noexcept {
    lastProgress_ = lastLook_ = now;
    unacknowledged_ = unacknowledged;
  }

  // Polls again. False once the peer has acknowledged nothing for `limit`.
  bool look(TimePoint now, std::size_t unacknowledged, Duration limit) noexcept {
    const bool progress = unacknowledged < unacknowledged_;
    // After a long turn, only the last period counts.
    if (progress) lastProgress_ = std::max(lastLook_, now - periodOf(limit));
    lastLook_ = now;
    unacknowledged_ = unacknowledged;
    return progress || now - lastProgress_ < limit;
  }

  // The time from the last poll to the next; a little less, because the wheel rounds up to its next
  // tick. The first poll is at the next tick.
  Duration nextLook(Duration limit) const noexcept {
    const Duration left = limit - (lastLook_ - lastProgress_);
    const bool isFirst = lastLook_ == lastProgress_;
    return std::min(left, isFirst ? Duration(1) : periodOf(limit) - DeadlineWheel::kTick / 2);
  }

  // Call at each poll. Returns how long reading has been paused because of unsent output.
  Duration noteReading(bool isOn, TimePoint now) noexcept {
    readingPausedSince_ = isOn ? TimePoint::max() : std::min(readingPausedSince_, now);
    return isOn ? Duration::zero() : now - readingPausedSince_;
  }

  // Whether it was logged that reading stays paused.
  bool isLogged = false;

 private:
  static Duration periodOf(Duration limit) noexcept {
    return std::max<Duration>(limit / 20, DeadlineWheel::kTick);
  }

  TimePoint lastProgress_{};
  TimePoint lastLook_{};
  TimePoint readingPausedSince_ = TimePoint::max();  // max(): it is not paused
  std::size_t unacknowledged_ = 0;
};

}  // namespace ropewalk::detail
