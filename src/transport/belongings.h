#pragma once

#include <vector>

#include "ropewalk/detail/scope.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {
class Protocol;
}

namespace ropewalk::detail {

// What was started through a protocol and dies with its connection: calls and coroutines. Exists
// only for protocols that started something.
class Belongings {
 public:
  Belongings();

  // Made if there are none yet.
  static Belongings& of(Protocol& protocol);

  // Cancels and destroys what belongs to `protocol`; what is started from now on dies at once.
  static void end(Protocol& protocol);

  // The connection of `protocol` goes to another protocol, which calls end() soon.
  static void handOver(Protocol& protocol) noexcept;

  // In two steps, so that no call is left running that could not be kept: makeRoom() may throw,
  // keep() does not. REQUIRES: makeRoom() was called for each keep().
  void makeRoom();
  DelayedCall keep(DelayedCall call) noexcept;
  Scope& scope() noexcept { return *scope_; }

 private:
  std::vector<DelayedCall> calls_;
  Ref<Scope> scope_;
};

}  // namespace ropewalk::detail
