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

// Looks for turns that take too long, and for who was called then. What is called in a turn follows
// one upon the other, so one look at the clock ends one call and begins the next. Off, it costs a
// look at a flag for each call.
class SlowTurns {
 public:
  // `clock` must outlive this.
  explicit SlowTurns(const Reactor& clock) noexcept;
  SlowTurns(const SlowTurns&) = delete;
  SlowTurns& operator=(const SlowTurns&) = delete;
  ~SlowTurns();

  // Zero or less: off.
  void setLimit(Duration limit) noexcept;
  bool isOn() const noexcept { return limit_ != Duration::zero(); }

  Duration longest() const noexcept { return longest_; }
  std::uint64_t count() const noexcept { return count_; }

  // When on: from now on it is this connection that is called, or something else.
  void enter(Connection& connection) noexcept;
  void enter(const char* what) noexcept;

  // When on: the reactor is about to wait.
  void endTurn() noexcept;

 private:
  TimePoint next() noexcept;
  void forgetTurn() noexcept;
  std::string caller() const noexcept;

  const Reactor& clock_;
  Duration limit_{};
  TimePoint turnBegan_{};
  TimePoint callBegan_{};
  Ref<Connection> connection_;  // that is called, or null and
  const char* what_ = nullptr;  // what is; null between two turns
  Duration longestCall_{};
  std::string culprit_;
  Duration longest_{};
  std::uint64_t count_ = 0;
};

}  // namespace ropewalk::detail
