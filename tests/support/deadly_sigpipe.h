#pragma once

#include <csignal>

namespace ropewalk::test {

// While one lives, SIGPIPE ends the process, as it does in a program that never heard of it.
class DeadlySigpipe {
 public:
  DeadlySigpipe() : before_(std::signal(SIGPIPE, SIG_DFL)) {}
  DeadlySigpipe(const DeadlySigpipe&) = delete;
  DeadlySigpipe& operator=(const DeadlySigpipe&) = delete;
  ~DeadlySigpipe() { std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

}  // namespace ropewalk::test
