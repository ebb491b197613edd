#pragma once

#include <cstddef>

namespace ropewalk::sys {

// How many descriptors the objects of FileDescriptor own now, in the whole process.
std::size_t openDescriptors() noexcept;

}  // namespace ropewalk::sys
