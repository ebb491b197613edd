#pragma once

#include <cstddef>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/transport.h"

namespace ropewalk::detail {

// Aborts a connection that holds `bytes` of unfinished input, if that is more than 1 KiB and the
// process is over its memory budget, because such input can only grow. Returns true if it did.
inline bool abortsForMemory(Transport& transport, std::size_t bytes) {
  constexpr std::size_t kSpared = 1024;
  if (bytes <= kSpared || transport.isDisconnecting() || !isMemoryShort()) return false;
  transport.abortConnection(Failure::of(MemoryBudgetExceeded(memoryHeld(), memoryBudget())));
  return true;
}

}  // namespace ropewalk::detail
