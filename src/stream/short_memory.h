#pragma once

#include <cstddef>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/transport.h"

namespace ropewalk::detail {

// Ends a connection that keeps `bytes` of something unfinished, if they are more than 1 KiB and
// memory is short: they would only grow. True if it did.
inline bool abortsForMemory(Transport& transport, std::size_t bytes) {
  constexpr std::size_t kSpared = 1024;
  if (bytes <= kSpared || transport.isDisconnecting() || !isMemoryShort()) return false;
  transport.abortConnection(Failure::of(MemoryBudgetExceeded(memoryHeld(), memoryBudget())));
  return true;
}

}  // namespace ropewalk::detail
