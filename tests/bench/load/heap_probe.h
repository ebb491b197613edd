// How often this program has asked the heap for memory: for programs that heap_probe.cc is part of.
#pragma once

#include <cstddef>

namespace bench {

std::size_t allocations();

}  // namespace bench
