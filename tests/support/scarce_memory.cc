#include "support/scarce_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace ropewalk::test {

namespace {

std::atomic<std::size_t> allocated = 0;
std::atomic<std::size_t> deallocated = 0;

// This thread's; `plenty` counts those who do not want to be counted.
constinit thread_local int plenty = 1;
constinit thread_local std::size_t count = 0;
constinit thread_local std::size_t firstToFail = 0;
constinit thread_local std::size_t failing = 0;

}  // namespace

bool isOutOfMemory() noexcept {
  if (plenty > 0) return false;
  ++count;
  return count >= firstToFail && count - firstToFail < failing;
}

std::size_t allocations() noexcept { return allocated; }
std::size_t deallocations() noexcept { return deallocated; }

ScarceMemory::ScarceMemory(std::size_t first, std::size_t burst) noexcept {
  count = 0;
  firstToFail = first;
  failing = burst;
  --plenty;
}

ScarceMemory::~ScarceMemory() { ++plenty; }

std::size_t ScarceMemory::counted() noexcept { return count; }

PlentyOfMemory::PlentyOfMemory() noexcept { ++plenty; }
PlentyOfMemory::~PlentyOfMemory() { --plenty; }

}  // namespace ropewalk::test

void* operator new(std::size_t size) {
  if (ropewalk::test::isOutOfMemory()) throw std::bad_alloc();
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++ropewalk::test::allocated;
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) ++ropewalk::test::deallocated;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
