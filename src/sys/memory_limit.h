#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::sys {

// The memory that this process can have, in bytes: the least of what the machine has, the limits of
// its cgroup and of each one around it, and what RLIMIT_AS and RLIMIT_DATA leave of what is mapped
// now. A limit that cannot be read is ignored. May throw std::bad_alloc.
std::size_t availableMemory();

// The paths of the files with the memory limits of this process's cgroups, innermost first. `text`
// is the content of /proc/self/cgroup. Assumes the usual mount points, so a file may not exist.
std::vector<std::string> cgroupLimitFiles(std::string_view text);

// The budget of a process that can have `available` bytes: a quarter, but at least 64 MiB or half
// of them, whichever is less.
std::size_t budgetFor(std::size_t available) noexcept;

}  // namespace ropewalk::sys
