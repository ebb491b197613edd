#pragma once

#include <algorithm>
#include <cstddef>

#include "ropewalk/connection_limits.h"

namespace ropewalk::detail {

// Bytes of output that may wait before a writer should stop, and to what they must fall before it
// goes on.
struct WaterMarks {
  std::size_t high;
  std::size_t low;
};

// At most half of the cap: a write between two waits must not meet it.
inline WaterMarks waterMarks(const ConnectionLimits& limits) noexcept {
  std::size_t high = limits.writeHighWater;
  if (limits.maxQueued != 0) high = std::min(high, limits.maxQueued / 2);
  return {high, std::min(limits.writeLowWater, high)};
}

}  // namespace ropewalk::detail
