#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string_view>

namespace ropewalk::detail {

// Writes lines to descriptor 2 and never waits: a line for which there is no room (nobody reads the
// pipe, the terminal is stopped, the reader has gone) is lost, and the next one that gets through
// is told how many were. For one thread at a time.
//
// Writes to descriptor 2 only if it is the file that it was when the program started, or one that
// the program put there (not a socket, no FD_CLOEXEC). Otherwise the lines are lost, too.
class StderrSink {
 public:
  StderrSink() = default;
  StderrSink(const StderrSink&) = delete;
  StderrSink& operator=(const StderrSink&) = delete;
  ~StderrSink();

  // Writes `line`, which ends in a line end.
  void write(std::string_view line);

 private:
  bool put(std::string_view text) noexcept;
  int target() noexcept;
  void closeTerminal() noexcept;

  int terminal_ = -1;
  dev_t device_ = 0;
  std::size_t lost_ = 0;
  bool isCut_ = false;  // the last line got through in part
};

}  // namespace ropewalk::detail
