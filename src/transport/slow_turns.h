#pragma once

#include <cstdint>
#include <string>

#include "ropewalk/detail/ref.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {
class Reactor;
}

namespace ropewalk::detail {

class Connection;

// Finds turns that take too long, and the call that took longest in each. Calls in a turn follow
// each other directly, so one clock read ends one call and begins the next. When off, each call
// costs one test of a flag.
class SlowTurns {
 public:
  // `clock` must outlive this.
  explicit SlowTurns(const Reactor& clock) noexcept;
  SlowTurns(const SlowTurns&) = delete;
  SlowTurns& operator=(const SlowTurns&) = delete;
  ~SlowTurns();

  // Zero or less turns it off.
  void setLimit(Duration limit) noexcept;
  bool isOn() const noexcept { return limit_ != Duration::zero(); }

  Duration longest() const noexcept { return longest_; }
  std::uint64_t count() const noexcept { return count_; }

  // When on: the next call is to this connection, or to something else.
  void enter(Connection& connection) noexcept;
  void enter(const char* what) noexcept;

  // When on: call before the reactor waits.
  void endTurn() noexcept;

 private:
  TimePoint next() noexcept;
  void forgetTurn() noexcept;
  std::string caller() const noexcept;

  const Reactor& clock_;
  Duration limit_{};
  TimePoint turnBegan_{};
  TimePoint callBegan_{};
  Ref<Connection> connection_;  // the connection being called, or null and
  const char* what_ = nullptr;  // the code being called; null between two turns
  Duration longestCall_{};
  std::string culprit_;
  Duration longest_{};
  std::uint64_t count_ = 0;
};

}  // namespace ropewalk::detail
