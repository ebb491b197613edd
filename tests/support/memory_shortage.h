#pragma once

#include <cstddef>

#include "ropewalk/memory_budget.h"

namespace ropewalk::test {

// Another budget for the process, while this lives.
class SmallBudget {
 public:
  explicit SmallBudget(std::size_t bytes) : before_(memoryBudget()) { setMemoryBudget(bytes); }
  SmallBudget(const SmallBudget&) = delete;
  SmallBudget& operator=(const SmallBudget&) = delete;
  ~SmallBudget() { setMemoryBudget(before_); }

 private:
  std::size_t before_;
};

// While `bytes` more are held than before, in a budget of `bytes` less one, memory is short.
class MemoryShortage {
 public:
  explicit MemoryShortage(std::size_t bytes = 1024 * 1024)
      : budget_(memoryHeld() + bytes - 1), bytes_(bytes) {
    begin();
  }

  void begin() { charge_.set(bytes_); }
  void end() { charge_.set(0); }

 private:
  SmallBudget budget_;
  std::size_t bytes_;
  MemoryCharge charge_;
};

}  // namespace ropewalk::test
