#pragma once

#include <cstdint>
#include <string>

#include "ropewalk/reactor_time.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {
class Reactor;
}

namespace ropewalk::detail {

// Looks for turns that take too long, and for who was called then. Off, it costs a look at a
// flag for each call.
class SlowTurns {
 public:
  // `clock` must outlive this.
  explicit SlowTurns(const Reactor& clock) noexcept : clock_(clock) {}

  // Zero: off.
  void setLimit(Duration limit) noexcept { limit_ = limit; }
  bool isOn() const noexcept { return limit_ > Duration::zero(); }

  Duration longest() const noexcept { return longest_; }
  std::uint64_t count() const noexcept { return count_; }

  // Around each call, when on.
  TimePoint begin();
  // `name` is asked for if it was the longest of this turn so far, and long enough to be named.
  void end(TimePoint began, UniqueFunction<std::string()> name) noexcept;

  // The reactor is about to wait.
  void endTurn();

 private:
  const Reactor& clock_;
  Duration limit_{};
  TimePoint turnBegan_ = TimePoint::max();
  Duration longestCall_{};
  std::string culprit_;
  Duration longest_{};
  std::uint64_t count_ = 0;
};

// One call, from here to the end of the scope. `who` has a logPrefix().
template <typename Who>
class WatchedCall {
 public:
  WatchedCall(SlowTurns& turns, const Who& who) : turns_(turns), who_(who) {
    if (turns_.isOn()) began_ = turns_.begin();
  }
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;
  ~WatchedCall() {
    if (began_ != TimePoint()) turns_.end(began_, [this] { return who_.logPrefix(); });
  }

 private:
  SlowTurns& turns_;
  const Who& who_;
  TimePoint began_{};
};

}  // namespace ropewalk::detail
