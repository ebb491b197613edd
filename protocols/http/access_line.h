#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/date.h"

namespace ropewalk::http {

// One answered request, for the access log. Empty texts are written as `-`.
struct Access {
  std::string peer;
  WallTime time;
  std::string_view method;
  std::string_view target;
  int minorVersion = 1;
  int status = 0;
  std::uint64_t bodySize = 0;
  std::string_view referer;
  std::string_view agent;
};

// In the combined format: `peer - - [time] "request" status size "referer" "agent"`. Quotes,
// backslashes, controls and everything beyond ASCII become \xNN, so that a line is one line.
std::string accessLine(const Access& access);

}  // namespace ropewalk::http
