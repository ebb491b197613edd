#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ropewalk::http::wire {

using WallTime = std::chrono::sys_seconds;

// The first moment of the year 0.
inline constexpr WallTime kFirstDate = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);

// `time` as `Sun, 06 Nov 1994 08:49:37 GMT`, the IMF-fixdate of RFC 9110 5.6.7. 29 characters.
// REQUIRES: a year from 0 to 9999.
std::string formatDate(WallTime time);

// The moment that `text` names in one of the three forms that a recipient has to know: IMF-fixdate,
// RFC 850 and asctime. Empty for anything else, also for a day that does not exist.
//
// A two-digit year is the last one that ends like this and is not more than 50 years after `now`.
std::optional<WallTime> parseDate(std::string_view text, WallTime now);

// The `Date: ...` line of answers, made anew only when the second changes.
class DateLine {
 public:
  // With its CRLF. The view is good until the next call.
  std::string_view at(WallTime now);

 private:
  static constexpr std::size_t kSize = 37;

  WallTime second_ = WallTime::min();
  std::array<char, kSize> line_{};
};

}  // namespace ropewalk::http::wire
