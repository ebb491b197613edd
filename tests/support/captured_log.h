#pragma once

#include <initializer_list>
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
  explicit CapturedLog(LogLevel level = LogLevel::Warning);
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog();

  // True if one line has all of `parts` in it.
  template <typename... Parts>
  bool has(const Parts&... parts) const {
    return hasAll({std::string_view(parts)...});
  }

  std::vector<std::string> lines() const;
  std::string text() const;

 private:
  bool hasAll(std::initializer_list<std::string_view> parts) const;

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
