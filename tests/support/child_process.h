#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
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
  std::string hear() {
    std::string line;
    for (;;) {
      const std::string byte = socket_.receive(1);
      if (byte.empty() || byte == "\n") return line;
      line += byte;
    }
  }

  // False once the other side has closed it. Asks without waiting.
  bool isOpen() const {
    char byte = 0;
    return ::recv(socket_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
  }

  void close() { socket_.close(); }

 private:
  RawSocket socket_;
};

// A copy of this process that runs `work` and then ends: for what would harm the process of the
// tests, such as signals and a lowered descriptor limit. Its exit status is what `work` returns.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<int(Line&)>& work) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      ::_exit(runHere(work, ends[1]));
    }
    ::close(ends[1]);
    line = Line(ends[0]);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  void signal(int number) { REQUIRE(::kill(pid_, number) == 0); }

  // Waits for the end: the exit status, or minus the number of the signal that it died of.
  int wait() {
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = -1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  Line line;

 private:
  static int runHere(const std::function<int(Line&)>& work, int fd) {
    // Should the parent forget it, it dies by itself.
    ::alarm(60);
    try {
      Line toParent(fd);
      return work(toParent);
    } catch (const std::exception& error) {
      static_cast<void>(
          ::write(STDERR_FILENO, error.what(), std::string_view(error.what()).size()));
      return 99;
    }
  }

  pid_t pid_ = -1;
};

}  // namespace ropewalk::test
