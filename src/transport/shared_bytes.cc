#include "ropewalk/shared_bytes.h"

#include "ropewalk/memory_budget.h"
#include "sys/memory_budget.h"

namespace ropewalk {

void SharedBytes::charge() const noexcept {
  if (text_->queues.fetch_add(1, std::memory_order_relaxed) > 0) return;
  sys::chargeMemory(detail::heapBytes(text_->bytes));
}

void SharedBytes::release() const noexcept {
  if (text_->queues.fetch_sub(1, std::memory_order_relaxed) > 1) return;
  sys::releaseMemory(detail::heapBytes(text_->bytes));
}

}  // namespace ropewalk
