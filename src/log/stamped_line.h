#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "ropewalk/log.h"

namespace ropewalk::detail {

// The line for stderr: local date and time, level, text, line end.
//
//   2026-01-31 09:05:07.042 warning: accept: Too many open files
std::string stampedLine(std::chrono::system_clock::time_point time, LogLevel level,
                        std::string_view text);

}  // namespace ropewalk::detail
