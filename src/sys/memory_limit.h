#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::sys {

// The memory available to this process, in bytes: the least of the machine's memory, the limits of
// its cgroup and of each enclosing one, and the rest of RLIMIT_AS and RLIMIT_DATA beyond what is
// mapped now. Ignores limits that it cannot read. May throw std::bad_alloc.
std::size_t availableMemory();

// The paths of the files with the memory limits of this process's cgroups, innermost first. `text`
// is the content of /proc/self/cgroup. Assumes the usual mount points, so a file may not exist.
std::vector<std::string> cgroupLimitFiles(std::string_view text);

// The budget for a process with `available` bytes: a quarter of them, but at least the lesser of 64
// MiB and half of them.
std::size_t budgetFor(std::size_t available) noexcept;

}  // namespace ropewalk::sys
