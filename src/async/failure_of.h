#pragma once

#include "ropewalk/failure.h"

namespace ropewalk::detail {

// The failure that `make` returns, or what it throws: without memory for a failure, one that says
// so. For where nothing may be thrown.
template <typename Make>
Failure failureFrom(const Make& make) noexcept {
  try {
    return make();
  } catch (...) {
    return Failure::current();
  }
}

// One that holds an `E` made of `arguments`.
template <typename E, typename... Arguments>
Failure failureOf(const Arguments&... arguments) noexcept {
  return failureFrom([&] { return Failure::of(E(arguments...)); });
}

}  // namespace ropewalk::detail
