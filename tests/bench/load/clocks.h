// The clocks of the load programs, in seconds.
#pragma once

#include <sys/types.h>

#include <ctime>

#include "connecting.h"

namespace bench {

inline double seconds(clockid_t clock) {
  timespec now{};
  if (clock_gettime(clock, &now) != 0) fail("clock_gettime");
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// CPU time, user and system, that process `pid` has taken so far; 0 is nobody's.
inline double cpuSeconds(long pid) {
  clockid_t clock{};
  if (pid == 0) return 0;
  if (clock_getcpuclockid(static_cast<pid_t>(pid), &clock) != 0) fail("clock_getcpuclockid");
  return seconds(clock);
}

}  // namespace bench
