#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/log.h"

namespace ropewalk::test {

// Everything that is logged while this lives, instead of stderr.
//
// The log lets ten lines of one kind through in a second: look for a line, don't count on the
// tenth.
class CapturedLog {
 public:
  explicit CapturedLog(LogLevel level = LogLevel::Warning) : before_(logLevel()) {
    setLogLevel(level);
    setLogSink([this](LogLevel, std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    });
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    setLogSink({});
    setLogLevel(before_);
  }

  // True if one line has all of `parts` in it.
  template <typename... Parts>
  bool has(const Parts&... parts) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return (... && (line.find(parts) != std::string::npos));
    });
  }

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  std::string text() const {
    std::string all;
    for (const std::string& line : lines()) all += line + "\n";
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  LogLevel before_;
};

// Nothing is logged while this lives: for tests that make a lot of noise on purpose.
class QuietLog {
 public:
  QuietLog() : before_(logLevel()) { setLogLevel(LogLevel::Off); }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;
  ~QuietLog() { setLogLevel(before_); }

 private:
  LogLevel before_;
};

}  // namespace ropewalk::test
