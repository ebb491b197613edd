#pragma once

#include <array>
#include <cstdint>

#include "ropewalk/http/limits.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::http::server {

// What a connection waits for, each with a time limit of its own.
enum class Wait : std::uint8_t { Nothing, FirstByte, Head, KeepAlive, Body };

// Something that waits; see Deadlines.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;

  Wait waitsFor() const { return wait_; }

 protected:
  // The time for it is over; it waits for nothing now.
  virtual void waitedTooLong(Wait wait) noexcept = 0;

 private:
  friend class Deadlines;

  Waiter* before_ = nullptr;
  Waiter* after_ = nullptr;
  TimePoint due_{};
  Wait wait_ = Wait::Nothing;
};

// The deadlines of all connections of a site.
//
// One queue for each kind of wait: as all of one kind are given the same time, the one that has
// waited longest is always in front, and one timer that looks at the fronts is enough. Nothing is
// done for a connection while it waits.
class Deadlines {
 public:
  explicit Deadlines(const Limits& limits);
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;
  ~Deadlines();

  // From now on `waiter` waits for `wait`, at most 0.5 s longer than its limit. Before it dies it
  // must be forgotten.
  void set(Waiter& waiter, Wait wait, ReactorTime& time);

  // `waiter` waits for nothing.
  void forget(Waiter& waiter);

 private:
  struct Queue {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
    Duration limit{};
  };
  static constexpr std::size_t kKinds = 5;

  // A deadline that moves by less than this is left where it is, and the timer runs no more often.
  static constexpr Duration kSlack = std::chrono::milliseconds(250);

  Queue& queueOf(Wait wait) { return queues_[static_cast<std::size_t>(wait)]; }
  void append(Waiter& waiter, Wait wait, TimePoint due);
  void arm(TimePoint due, ReactorTime& time);
  void sweep(ReactorTime& time);

  std::array<Queue, kKinds> queues_;
  DelayedCall timer_;
  TimePoint armedFor_{};
  bool isPutOff_ = false;
};

}  // namespace ropewalk::http::server
