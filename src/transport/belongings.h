#pragma once

#include <vector>

#include "ropewalk/detail/scope.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {
class Protocol;
}

namespace ropewalk::detail {

// The delayed calls and coroutines that were started through a protocol and end with its
// connection. Exists only for protocols that started one.
class Belongings {
 public:
  Belongings();

  // Creates them if `protocol` has none yet.
  static Belongings& of(Protocol& protocol);

  // Cancels and destroys the belongings of `protocol`. Those started later are cancelled at once.
  static void end(Protocol& protocol);

  // The connection of `protocol` goes to another protocol; end() is called soon.
  static void handOver(Protocol& protocol) noexcept;

  // Two steps, so that a call is never left running without an owner: makeRoom() may throw, keep()
  // does not. REQUIRES: makeRoom() was called before each keep().
  void makeRoom();
  DelayedCall keep(DelayedCall call) noexcept;
  Scope& scope() noexcept { return *scope_; }

 private:
  std::vector<DelayedCall> calls_;
  Ref<Scope> scope_;
};

}  // namespace ropewalk::detail
