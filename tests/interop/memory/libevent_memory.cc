// libevent takes its memory by malloc(): here it comes to an end with that of operator new.

#include <event2/event.h>

#include <cstddef>
#include <cstdlib>

#include "support/scarce_memory.h"

namespace ropewalk::test {
namespace {

void* allocate(std::size_t size) { return isOutOfMemory() ? nullptr : std::malloc(size); }

void* reallocate(void* memory, std::size_t size) {
  return isOutOfMemory() ? nullptr : std::realloc(memory, size);
}

// Before anything of libevent's is used.
[[maybe_unused]] const bool isSet =
    (event_set_mem_functions(allocate, reallocate, std::free), true);

}  // namespace
}  // namespace ropewalk::test
