#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "support/child_process.h"

namespace ropewalk::test {

// True if `work` comes to abort(), as a failed assert() does. In a process of its own.
inline bool aborts(const std::function<void()>& work) {
  ChildProcess child([&work](Line&) {
    const rlimit noDump{0, 0};
    ::setrlimit(RLIMIT_CORE, &noDump);
    std::signal(SIGABRT, SIG_DFL);  // doctest would take it for a failed test
    ::close(STDERR_FILENO);
    work();
    return 0;
  });
  return child.wait() == -SIGABRT;
}

}  // namespace ropewalk::test
