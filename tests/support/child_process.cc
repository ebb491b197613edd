#include "support/child_process.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>

namespace ropewalk::test {
namespace {

int runHere(const std::function<int(Line&)>& work, int fd) {
  // Should the parent forget it, it dies by itself.
  ::alarm(60);
  try {
    Line toParent(fd);
    return work(toParent);
  } catch (const std::exception& error) {
    static_cast<void>(::write(STDERR_FILENO, error.what(), std::string_view(error.what()).size()));
    return 99;
  }
}

}  // namespace

std::string Line::hear() {
  std::string line;
  for (;;) {
    const std::string byte = socket_.receive(1);
    if (byte.empty() || byte == "\n") return line;
    line += byte;
  }
}

bool Line::isOpen() const {
  char byte = 0;
  return ::recv(socket_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

ChildProcess::ChildProcess(const std::function<int(Line&)>& work) {
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

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) { REQUIRE(::kill(pid_, number) == 0); }

int ChildProcess::wait() {
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace ropewalk::test
