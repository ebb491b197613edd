#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// Keeps a descriptor that a system call has just returned out of 0 to 2: returns `made`, or if it
// is one of those, closes it and returns a copy with FD_CLOEXEC. Programs read and write 0 to 2
// without checking which file is open there, so the library must not use them, even if the program
// has closed them.
//
// Returns -1 and keeps errno if `made` is negative; -1 with EMFILE if there is no other number.
int aboveStandard(int made) noexcept;

}  // namespace ropewalk::detail
