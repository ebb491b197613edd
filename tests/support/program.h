#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"

namespace ropewalk::test {

// What a program said on stdout and stderr, and its exit status.
struct Said {
  std::string text;
  int status = -1;
};

// Runs `command` of the shell while `reactor` turns, until it has ended. It is ended if it takes
// too long.
inline Said runBeside(Reactor& reactor, const std::string& command) {
  Said said;
  bool hasEnded = false;
  std::thread running([&] {
    const std::string bounded = "timeout 15 " + command + " 2>&1";
    if (std::FILE* const pipe = ::popen(bounded.c_str(), "r")) {
      char bytes[65536];
      while (const std::size_t got = std::fread(bytes, 1, sizeof bytes, pipe)) {
        said.text.append(bytes, got);
      }
      const int status = ::pclose(pipe);
      said.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    reactor.callFromThread([&] { hasEnded = true; });
  });
  while (!hasEnded) reactor.iterate(kTooLong);
  running.join();
  return said;
}

}  // namespace ropewalk::test
