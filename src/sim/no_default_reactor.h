#pragma once

#include "reactor/current_reactor.h"

namespace ropewalk::detail {

// While one lives, reactor() throws on its thread unless one was made current. They may end in any
// order.
class NoDefaultReactor {
 public:
  NoDefaultReactor() noexcept {
    if (++alive == 1) forbidDefaultReactor(true);
  }
  NoDefaultReactor(const NoDefaultReactor&) = delete;
  NoDefaultReactor& operator=(const NoDefaultReactor&) = delete;
  ~NoDefaultReactor() {
    if (--alive == 0) forbidDefaultReactor(false);
  }

 private:
  static inline constinit thread_local int alive = 0;
};

}  // namespace ropewalk::detail
