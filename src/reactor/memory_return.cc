#include "reactor/memory_return.h"

#include <algorithm>
#include <utility>

namespace ropewalk::detail {

void MemoryReturn::memoryReleased() noexcept {
  if (std::exchange(isDue_, true)) return;
  deadlines_.set(*this, std::max(later(clock_.now(), kDelay), earliest_));
}

void MemoryReturn::deadlinePassed() noexcept {
  isDue_ = false;
  if (!sys::mayGiveBackMemory()) return;
  earliest_ = later(clock_.now(), kPeriod);
  sys::giveBackMemory();
}

}  // namespace ropewalk::detail
