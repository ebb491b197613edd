#pragma once

#include <cstddef>

// What operator new of the whole program has done, for programs that link scarce_memory.cc. Counts
// all threads; fails only in the one that asked for it.
namespace ropewalk::test {

// Allocations and deallocations since the program began.
std::size_t allocations() noexcept;
std::size_t deallocations() noexcept;

// From now on counts the allocations of this thread, of which `burst` in a row throw
// std::bad_alloc, beginning with the one numbered `first` (from 1). All others succeed.
class ScarceMemory {
 public:
  ScarceMemory(std::size_t first, std::size_t burst) noexcept;
  ScarceMemory(const ScarceMemory&) = delete;
  ScarceMemory& operator=(const ScarceMemory&) = delete;
  ~ScarceMemory();

  // Allocations counted so far.
  static std::size_t counted() noexcept;
};

// Counts an allocation of this thread that is not made by operator new. True if it has to fail.
bool isOutOfMemory() noexcept;

// While one lives, allocations are neither counted nor fail: they are the test's own.
class PlentyOfMemory {
 public:
  PlentyOfMemory() noexcept;
  PlentyOfMemory(const PlentyOfMemory&) = delete;
  PlentyOfMemory& operator=(const PlentyOfMemory&) = delete;
  ~PlentyOfMemory();
};

}  // namespace ropewalk::test
