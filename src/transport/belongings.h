#pragma once

#include <vector>

#include "ropewalk/detail/scope.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {
class Protocol;
class Timeout;
}  // namespace ropewalk

namespace ropewalk::detail {

// The delayed calls, timeouts and coroutines that were started through a protocol and end with its
// connection. Exists only for protocols that started one.
class Belongings {
 public:
  Belongings() = default;
  Belongings(const Belongings&) = delete;
  Belongings& operator=(const Belongings&) = delete;
  ~Belongings();

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

  void keep(Timeout& timeout) noexcept;
  void forget(Timeout& timeout) noexcept;

  // Made when it is first needed. Throws std::bad_alloc.
  Scope& scope();

  // True once they must no longer act on the connection.
  bool isOver() const noexcept { return handedOver_ || ended_; }

 private:
  std::vector<DelayedCall> calls_;
  Timeout* timeouts_ = nullptr;
  Ref<Scope> scope_;  // null if no coroutine was started
  bool handedOver_ = false;
  bool ended_ = false;
};

}  // namespace ropewalk::detail
