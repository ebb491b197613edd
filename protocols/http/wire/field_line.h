#pragma once

#include <string_view>

#include "http/wire/fault.h"

namespace ropewalk::http::wire {

// One `name: value` line of a head or trailer (RFC 9112 5), and where the next line starts.
//
// `next` is null if the line is not whole or not allowed; whyNoFieldLine() tells which.
struct FieldLine {
  std::string_view name;
  std::string_view value;
  const char* next = nullptr;
};

// Reads the line at `at`, and nothing from `end` on. The views point into it.
FieldLine readFieldLine(const char* at, const char* end);

// What is wrong with a `line` (without its LF) that readFieldLine() did not take.
Fault whyNoFieldLine(std::string_view line);

}  // namespace ropewalk::http::wire
