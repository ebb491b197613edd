#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace ropewalk::test {

// What one of these programs has to say: a line "ok: ..." or "NOT: ..." for each thing that must
// hold, in the file that run_program.py names and reads. Written at once and by write(2) alone, so
// that it works in a child, within exit(), and with descriptors 0 to 2 closed.
class Report {
 public:
  explicit Report(const char* path) : fd_(aboveStandard(path)) {
    if (fd_ < 0) std::_Exit(3);
  }

  void check(bool holds, std::string_view what) const {
    const std::string line = (holds ? "ok: " : "NOT: ") + std::string(what) + "\n";
    if (::write(fd_, line.data(), line.size()) < 0) std::_Exit(3);
  }

 private:
  static int aboveStandard(const char* path) {
    const int fd = ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, 50);
    ::close(fd);
    return high;
  }

  const int fd_;
};

}  // namespace ropewalk::test
