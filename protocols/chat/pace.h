#pragma once

#include <algorithm>
#include <cstddef>

#include "ropewalk/reactor_time.h"

namespace ropewalk::chat {

// How fast somebody may go on: `burst` steps at once, then one per `interval`. A token bucket, kept
// as the moment at which it will be full again.
class Pace {
 public:
  // REQUIRES: `burst` is at least 1.
  Pace(std::size_t burst, Duration interval)
      : interval_(interval), slack_(times(interval, burst - 1)) {}

  // How long to wait before the next step; zero if it may be now.
  Duration wait(TimePoint now) const {
    const TimePoint free = fullAt_ - slack_;
    return free > now ? free - now : Duration::zero();
  }

  // Takes a step. REQUIRES: wait(now) is zero.
  void step(TimePoint now) { fullAt_ = later(std::max(fullAt_, now), interval_); }

  // True if as many steps are free as ever.
  bool isRested(TimePoint now) const { return fullAt_ <= now; }

 private:
  static Duration times(Duration interval, std::size_t count) {
    const auto most = static_cast<std::size_t>(Duration::max() / std::max(interval, Duration(1)));
    return count < most ? interval * static_cast<Duration::rep>(count) : Duration::max();
  }

  Duration interval_;
  Duration slack_;
  TimePoint fullAt_{};
};

}  // namespace ropewalk::chat
