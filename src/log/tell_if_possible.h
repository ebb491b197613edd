#pragma once

namespace ropewalk::detail {

// Calls `tell`, which logs something: for where nothing may be thrown, but what is to be said takes
// memory or is for the user's code to say. What that throws is dropped, and the line with it.
template <typename Tell>
void tellIfPossible(const Tell& tell) noexcept {
  try {
    tell();
  } catch (...) {
    // There is nobody left to tell.
  }
}

}  // namespace ropewalk::detail
