#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/wire/fault.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// A request target, taken apart (RFC 9112 3.2). Views into the target, so valid as long as that is.
struct Target {
  enum class Form : unsigned char { Origin, Absolute, Asterisk };

  Form form = Form::Origin;
  bool endsWithAuthority = false;  // an absolute form without path and query: `http://host`
  std::string_view authority;      // of the absolute form, else empty
  std::string_view path;   // not decoded; `/` where the absolute form has none, `*` for Asterisk
  std::string_view query;  // what follows the first `?`, not decoded
  Fault fault = Fault::None;
};

// Takes `target` apart. Faults are a target in none of the three forms, a bad escape or an
// escaped NUL in the path, and more query parameters than `limits` allows. An escaped backslash is
// a character of its segment, as an escaped slash is.
Target splitTarget(std::string_view target, const Limits& limits);

// `text` with each `%xx` made one byte; empty if an escape is broken or stands for NUL.
//
// Once only: `%2541` is `%41`.
std::optional<std::string> percentDecoded(std::string_view text);

}  // namespace ropewalk::http::wire
