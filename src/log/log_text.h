#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/log.h"

namespace ropewalk::detail {

// Longest argument that is logged, in bytes before escaping.
inline constexpr std::size_t kMaxLogField = 1024;

// `text` with everything that could end a line, steer a terminal or reverse its reading direction
// as \xNN, byte by byte; so is what is not UTF-8.
std::string escaped(std::string_view text);

// `text` escaped, and cut with "..." after kMaxLogField bytes.
std::string logField(std::string_view text);

// The line for one event, escaped. A format that does not fit gives the format, then the arguments.
std::string logText(std::string_view format, const LogArgument* arguments, std::size_t count);

}  // namespace ropewalk::detail
