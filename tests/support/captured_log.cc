#include "support/captured_log.h"

#include <algorithm>

namespace ropewalk::test {

CapturedLog::CapturedLog(LogLevel level) : before_(logLevel()) {
  setLogLevel(level);
  setLogSink([this](LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  });
}

CapturedLog::~CapturedLog() {
  setLogSink({});
  setLogLevel(before_);
}

bool CapturedLog::hasAll(std::initializer_list<std::string_view> parts) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(lines_, [&](std::string_view line) {
    return std::ranges::all_of(
        parts, [&](std::string_view part) { return line.find(part) != std::string_view::npos; });
  });
}

std::vector<std::string> CapturedLog::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::string CapturedLog::text() const {
  std::string all;
  for (const std::string& line : lines()) all += line + "\n";
  return all;
}

}  // namespace ropewalk::test
