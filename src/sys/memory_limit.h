#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::sys {

// The memory that this process can have, in bytes: the least of what the machine has, the limits of
// its cgroup and of each one around it, and what RLIMIT_AS and RLIMIT_DATA leave of what is mapped
// now. What cannot be found out is no limit. May throw std::bad_alloc.
std::size_t availableMemory();

// The files with the memory limits of the cgroups that `text`, what /proc/self/cgroup says, names,
// innermost first. Where the system mounts them usually: there may be no such file.
std::vector<std::string> cgroupLimitFiles(std::string_view text);

// The budget of a process that can have `available` bytes: a quarter, but at least 64 MiB or half
// of them, whichever is less.
std::size_t budgetFor(std::size_t available) noexcept;

}  // namespace ropewalk::sys
