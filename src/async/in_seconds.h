#pragma once

#include <chrono>
#include <string>

namespace ropewalk::detail {

// Without trailing zeros: "1.5", "0.25", "60".
inline std::string inSeconds(std::chrono::nanoseconds time) {
  std::string text = std::to_string(time.count() / 1'000'000'000);
  std::string fraction = std::to_string(1'000'000'000 + time.count() % 1'000'000'000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace ropewalk::detail
