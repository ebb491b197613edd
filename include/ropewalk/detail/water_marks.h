#pragma once

#include <algorithm>
#include <cstddef>

#include "ropewalk/connection_limits.h"

namespace ropewalk::detail {

// A writer should stop above `high` unsent bytes, and may continue at or below `low`.
struct WaterMarks {
  std::size_t high;
  std::size_t low;
};

// `high` is at most half of maxQueued, so that a writer that waits between its writes does not
// exceed that cap.
inline WaterMarks waterMarks(const ConnectionLimits& limits) noexcept {
  std::size_t high = limits.writeHighWater;
  if (limits.maxQueued != 0) high = std::min(high, limits.maxQueued / 2);
  return {high, std::min(limits.writeLowWater, high)};
}

}  // namespace ropewalk::detail
