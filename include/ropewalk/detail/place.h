#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// A place in the source, for messages. Like std::source_location, which clang 14 lacks.
struct Place {
  const char* file = "?";
  unsigned line = 0;

  // As a default argument, gives the place of the call.
  static constexpr Place current(const char* file = __builtin_FILE(),
                                 unsigned line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

}  // namespace ropewalk::detail
