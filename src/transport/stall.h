#pragma once

#include <algorithm>
#include <cstddef>

#include "ropewalk/reactor_time.h"
#include "transport/deadline_wheel.h"

namespace ropewalk::detail {

// Whether the peer takes what a connection has sent, while the wire takes no more.
//
// Readiness is no measure of that: a kernel reports room only when a good part of its buffer is
// free. So the connection looks from time to time how much the peer has acknowledged. Acknowledged
// bytes may be as old as the look before, and are counted as so old: a peer that stops is given up
// no later than promised, rounded up to a tick of the wheel.
class Stall {
 public:
  // The wire refused more at `now`; `unacknowledged` bytes of this connection are on it.
  void begin(TimePoint now, std::size_t unacknowledged) noexcept {
    lastProgress_ = lastLook_ = now;
    unacknowledged_ = unacknowledged;
  }

  // Looks again. False once the peer has acknowledged nothing for `limit`.
  bool look(TimePoint now, std::size_t unacknowledged, Duration limit) noexcept {
    const bool progress = unacknowledged < unacknowledged_;
    // After a turn that took long, only the last period counts.
    if (progress) lastProgress_ = std::max(lastLook_, now - periodOf(limit));
    lastLook_ = now;
    unacknowledged_ = unacknowledged;
    return progress || now - lastProgress_ < limit;
  }

  // How long from the last look to the next, a little less: the wheel rounds up to its next tick.
  // The first is at that tick, no more than one from the beginning.
  Duration nextLook(Duration limit) const noexcept {
    const Duration left = limit - (lastLook_ - lastProgress_);
    const bool isFirst = lastLook_ == lastProgress_;
    return std::min(left, isFirst ? Duration(1) : periodOf(limit) - DeadlineWheel::kTick / 2);
  }

  // How long reading has been paused because of what waits, as seen when looked at.
  Duration noteReading(bool isOn, TimePoint now) noexcept {
    readingPausedSince_ = isOn ? TimePoint::max() : std::min(readingPausedSince_, now);
    return isOn ? Duration::zero() : now - readingPausedSince_;
  }

  // That reading stays paused was logged.
  bool isLogged = false;

 private:
  static Duration periodOf(Duration limit) noexcept {
    return std::max<Duration>(limit / 20, DeadlineWheel::kTick);
  }

  TimePoint lastProgress_{};
  TimePoint lastLook_{};
  TimePoint readingPausedSince_ = TimePoint::max();  // max(): it is not
  std::size_t unacknowledged_ = 0;
};

}  // namespace ropewalk::detail
