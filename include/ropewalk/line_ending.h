#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// The bytes that end a received line.
enum class LineEnding {
  Crlf,      ///< `\r\n`; a `\n` or `\r` alone is part of the line
  LfOrCrLf,  ///< `\n`, and a `\r` right before it is not part of the line either
};

}  // namespace ropewalk
