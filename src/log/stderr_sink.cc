#include "log/stderr_sink.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "log/without_sigpipe.h"

namespace ropewalk::detail {
namespace {

// Writes the beginning of `text` if it can be written without waiting: its size, or -1. A pipe
// that is writable has room for PIPE_BUF bytes.
ssize_t putAtOnce(std::string_view text) noexcept {
  pollfd error{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&error, 1, 0) != 1 || (error.revents & POLLOUT) == 0) return -1;
  WithoutSigpipe quiet;
  const ssize_t written =
      ::write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
  if (written < 0 && errno == EPIPE) quiet.raised();
  return written;
}

}  // namespace

void StderrSink::sink_it_(const spdlog::details::log_msg& message) {
  std::string text = isCut_ ? "\n" : "";
  if (lost_ > 0) text += "(" + std::to_string(lost_) + " lines before this one were lost)\n";
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  text.append(line.data(), line.size());
  lost_ = put(text) ? 0 : lost_ + 1;
}

// True if all of it has got through.
bool StderrSink::put(std::string_view text) noexcept {
  const std::size_t size = text.size();
  while (!text.empty()) {
    const ssize_t written = putAtOnce(text);
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (text.size() < size) isCut_ = !text.empty();
  return text.empty();
}

}  // namespace ropewalk::detail
