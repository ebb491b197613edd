#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/wire/date.h"
#include "http/wire/request_head.h"

namespace ropewalk::http::server {

// An answered request, for the access log. Empty texts are written as `-`.
struct Access {
  std::string peer;
  wire::WallTime time;
  std::string_view method;
  std::string_view target;
  wire::Version version{};
  int status = 0;
  std::string_view referer;
  std::string_view agent;
};

// A line in the combined format, `peer - - [time] "request" status size "referer" "agent"`, whose
// size is not known yet. Quotes, backslashes, controls and everything beyond ASCII become \xNN, so
// that a line is one line.
struct AccessLine {
  std::string beforeSize;
  std::string behindSize;

  std::string withSize(std::uint64_t bodySize) const;
};

AccessLine accessLine(const Access& access);

}  // namespace ropewalk::http::server
