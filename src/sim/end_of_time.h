#pragma once

#include <algorithm>

#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// The last moment that simulated time can come to: what is to be at TimePoint::max() never is.
inline constexpr TimePoint kEndOfTime = TimePoint::max() - Duration(1);

// Where time stands when it has moved by `amount`: no further than its end.
constexpr TimePoint timeAfter(TimePoint now, Duration amount) noexcept {
  return std::min(later(now, amount), kEndOfTime);
}

}  // namespace ropewalk::detail
