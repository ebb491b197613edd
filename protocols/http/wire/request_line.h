#pragma once

#include <cstdint>
#include <string_view>

#include "http/wire/fault.h"

namespace ropewalk::http::wire {

// `METHOD SP target SP HTTP/1.x CRLF` (RFC 9112 3), and where the next line starts.
//
// `next` is null if the line is not whole or not allowed; whyNoRequestLine() tells which.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  std::uint8_t minorVersion = 1;  // 0 to 9, as it was sent
  const char* next = nullptr;
};

// Reads the line at `at`, and nothing from `end` on. The views point into it.
RequestLine readRequestLine(const char* at, const char* end);

// What is wrong with a `line` (without its LF) that readRequestLine() did not take.
Fault whyNoRequestLine(std::string_view line);

}  // namespace ropewalk::http::wire
