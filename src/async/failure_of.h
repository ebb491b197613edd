#pragma once

#include "ropewalk/failure.h"

namespace ropewalk::detail {

// A failure that holds an `E` made of `arguments`; without memory for it, one that says so. For
// where nothing may be thrown.
template <typename E, typename... Arguments>
Failure failureOf(const Arguments&... arguments) noexcept {
  try {
    return Failure::of(E(arguments...));
  } catch (...) {
    return Failure::current();
  }
}

}  // namespace ropewalk::detail
