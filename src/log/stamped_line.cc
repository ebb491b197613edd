#include "log/stamped_line.h"

#include <fmt/format.h>

#include <ctime>

namespace ropewalk::detail {
namespace {

std::string_view nameOf(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    default:
      return "error";
  }
}

}  // namespace

std::string stampedLine(std::chrono::system_clock::time_point time, LogLevel level,
                        std::string_view text) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - whole);
  const time_t seconds = std::chrono::system_clock::to_time_t(whole);
  tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03} {}: {}\n", local.tm_year + 1900,
                     local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                     rest.count(), nameOf(level), text);
}

}  // namespace ropewalk::detail
