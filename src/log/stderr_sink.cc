#include "log/stderr_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include "log/without_sigpipe.h"
#include "ropewalk/detail/above_standard.h"

namespace ropewalk::detail {
namespace {

// Descriptor 2 as it was before main(); all zero if it was closed.
struct stat stderrAtStart() noexcept {
  struct stat file {};
  if (::fstat(STDERR_FILENO, &file) != 0) return {};
  return file;
}
const struct stat atStart = stderrAtStart();

// Whether `file`, the file of descriptor 2 now, is where the program wants its log. If the program
// closed descriptor 2, a file or connection that was opened later may have got the number. A file
// that was put there on purpose, by dup2(), has no FD_CLOEXEC and is not a socket.
bool takesLines(const struct stat& file) noexcept {
  if (file.st_ino == atStart.st_ino && file.st_dev == atStart.st_dev) return true;
  const int flags = ::fcntl(STDERR_FILENO, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0 && !S_ISSOCK(file.st_mode);
}

// Writes the beginning of `text` if it can be written without waiting: its size, or -1. A pipe
// that is writable has room for PIPE_BUF bytes.
ssize_t putAtOnce(int fd, std::string_view text) noexcept {
  pollfd error{fd, POLLOUT, 0};
  if (::poll(&error, 1, 0) != 1 || (error.revents & POLLOUT) == 0) return -1;
  WithoutSigpipe quiet;
  const std::size_t size = std::min<std::size_t>(text.size(), PIPE_BUF);
  const ssize_t written = ::write(fd, text.data(), size);
  if (written < static_cast<ssize_t>(size)) quiet.fellShort();
  return written;
}

}  // namespace

StderrSink::~StderrSink() { closeTerminal(); }

void StderrSink::write(std::string_view line) {
  std::string text = isCut_ ? "\n" : "";
  if (lost_ > 0) text += "(" + std::to_string(lost_) + " lines before this one were lost)\n";
  text += line;
  lost_ = put(text) ? 0 : lost_ + 1;
}

// True if all of it has got through.
bool StderrSink::put(std::string_view text) noexcept {
  const std::size_t size = text.size();
  const int fd = target();
  if (fd < 0) return false;
  while (!text.empty()) {
    const ssize_t written = putAtOnce(fd, text);
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (text.size() < size) isCut_ = !text.empty();
  return text.empty();
}

// The descriptor to write to; -1 if descriptor 2 is not meant for the log. A write to a terminal
// can block even if poll(2) says that it is writable, so the terminal is opened once more with
// O_NONBLOCK. Other writers to it are not affected.
int StderrSink::target() noexcept {
  struct stat file {};
  if (::fstat(STDERR_FILENO, &file) != 0 || !takesLines(file)) return -1;
  if (!S_ISCHR(file.st_mode)) return STDERR_FILENO;
  if (terminal_ >= 0 && file.st_rdev == device_) return terminal_;
  closeTerminal();
  if (::isatty(STDERR_FILENO) == 0) return STDERR_FILENO;
  device_ = file.st_rdev;
  terminal_ =
      aboveStandard(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return terminal_ >= 0 ? terminal_ : STDERR_FILENO;
}

void StderrSink::closeTerminal() noexcept {
  if (terminal_ >= 0) ::close(terminal_);
  terminal_ = -1;
}

}  // namespace ropewalk::detail
