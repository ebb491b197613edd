#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "support/raw_socket.h"

namespace ropewalk::test {

// A line between a process and its child, on which they tell each other lines of text.
class Line {
 public:
  Line() = default;
  explicit Line(int fd) : socket_(fd) {}

  void say(std::string_view line) { socket_.send(std::string(line) + "\n"); }

  // The next line, without its end; empty when the other side has gone. Throws if none comes in
  // time.
  std::string hear();

  // False once the other side has closed it. Asks without waiting.
  bool isOpen() const;

  void close() { socket_.close(); }

 private:
  RawSocket socket_;
};

// A copy of this process that runs `work` and then ends: for what would harm the process of the
// tests, such as signals and a lowered descriptor limit. Its exit status is what `work` returns.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<int(Line&)>& work);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void signal(int number);

  // Waits for the end: the exit status, or minus the number of the signal that it died of.
  int wait();

  Line line;

 private:
  pid_t pid_ = -1;
};

}  // namespace ropewalk::test
