#pragma once

#include "ropewalk/failure.h"

namespace ropewalk::detail {

// Returns the failure that `make` returns or throws; if there is no memory for one, a failure that
// says so. For code that must not throw.
template <typename Make>
Failure failureFrom(const Make& make) noexcept {
  try {
    return make();
  } catch (...) {
    return Failure::current();
  }
}

// Returns a failure that holds an `E` made from `arguments`.
template <typename E, typename... Arguments>
Failure failureOf(const Arguments&... arguments) noexcept {
  return failureFrom([&] { return Failure::of(E(arguments...)); });
}

}  // namespace ropewalk::detail
