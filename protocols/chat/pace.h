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
      : interval_(interval), slack_(interval * static_cast<Duration::rep>(burst - 1)) {}

  // How long to wait before the next step; zero if it may be now.
  Duration wait(TimePoint now) const { return std::max(fullAt_ - slack_ - now, Duration::zero()); }

  // Takes a step. REQUIRES: wait(now) is zero.
  void step(TimePoint now) { fullAt_ = std::max(fullAt_, now) + interval_; }

  // True if as many steps are free as ever.
  bool isRested(TimePoint now) const { return fullAt_ <= now; }

 private:
  Duration interval_;
  Duration slack_;
  TimePoint fullAt_{};
};

}  // namespace ropewalk::chat
