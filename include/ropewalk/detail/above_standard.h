#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// `made`, a descriptor that a system call has just returned, or a copy of it with FD_CLOEXEC if it
// is 0, 1 or 2: `made` is closed then. Programs read and write those three numbers without asking
// what they are, so no descriptor of ours may have one of them, even if they were closed.
//
// Returns -1 and keeps errno if `made` is negative; -1 with EMFILE if there is no other number.
int aboveStandard(int made) noexcept;

}  // namespace ropewalk::detail
