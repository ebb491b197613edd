#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::detail {

// Keeps an event that repeats from filling the log: of each class 10 lines pass in a second, the
// rest are counted. Knows no clock: `now` is any time that does not run backwards.
//
// A class is known by its name, in practice the format text. Texts made at run time could be
// without number; those beyond kMaxClasses share one allowance.
class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr int kLinesPerSecond = 10;
  static constexpr std::size_t kMaxClasses = 512;

  struct Suppressed {
    std::string name;
    std::size_t lines;
  };

  // True if a line of class `name` may be logged now; else it has been counted.
  bool admit(std::string_view name, Time now);

  // The classes that dropped lines in a second that is over, once each.
  std::vector<Suppressed> takeSuppressed(Time now);

 private:
  struct Second {
    Time start;
    int passed = 0;
    std::size_t dropped = 0;
  };

  Second& secondOf(std::string_view name, Time now);
  void forgetPast(Time now);

  std::map<std::string, Second, std::less<>> seconds_;
  std::size_t classesWithDrops_ = 0;
};

}  // namespace ropewalk::detail
