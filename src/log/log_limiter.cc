#include "log/log_limiter.h"

#include <utility>

namespace ropewalk::detail {
namespace {

constexpr std::chrono::seconds kWindow{1};

}  // namespace

bool LogLimiter::admit(std::string_view name, Time now) {
  Second& second = secondOf(name, now);
  // A second with drops stays until takeSuppressed() has told them.
  if (now - second.start >= kWindow && second.dropped == 0) second = {now};
  if (second.passed < kLinesPerSecond) {
    ++second.passed;
    return true;
  }
  if (second.dropped++ == 0) ++classesWithDrops_;
  return false;
}

std::vector<LogLimiter::Suppressed> LogLimiter::takeSuppressed(Time now) {
  std::vector<Suppressed> taken;
  if (classesWithDrops_ == 0) return taken;
  for (auto& [name, second] : seconds_) {
    if (second.dropped == 0 || now - second.start < kWindow) continue;
    taken.push_back({name, second.dropped});
    second = {now};
    --classesWithDrops_;
  }
  return taken;
}

LogLimiter::Second& LogLimiter::secondOf(std::string_view name, Time now) {
  const auto known = seconds_.find(name);
  if (known != seconds_.end()) return known->second;
  if (seconds_.size() >= kMaxClasses) forgetPast(now);
  const std::string_view kept = seconds_.size() >= kMaxClasses ? "(other events)" : name;
  return seconds_.try_emplace(std::string(kept), Second{now}).first->second;
}

void LogLimiter::forgetPast(Time now) {
  std::erase_if(seconds_, [now](const auto& entry) {
    return entry.second.dropped == 0 && now - entry.second.start >= kWindow;
  });
}

}  // namespace ropewalk::detail
