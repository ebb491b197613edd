#pragma once

#include <cstddef>

#include "ropewalk/room_waiter.h"

namespace ropewalk::detail {

// The waiters for room on one connection, in the order in which they began to wait.
class RoomWaiters {
 public:
  RoomWaiters() = default;
  RoomWaiters(const RoomWaiters&) = delete;
  RoomWaiters& operator=(const RoomWaiters&) = delete;

  // Does not notify waiters that are still here.
  ~RoomWaiters();

  bool empty() const noexcept { return first_ == nullptr; }

  // REQUIRES: `waiter` does not wait.
  void add(RoomWaiter& waiter, std::size_t atMost) noexcept;

  // The number of waiters that have room when `unsent` bytes are unsent.
  std::size_t countFor(std::size_t unsent) const noexcept;

  // Removes and returns the first waiter that has room, or null.
  RoomWaiter* takeOneFor(std::size_t unsent) noexcept;

  // REQUIRES: `waiter` waits here.
  void remove(RoomWaiter& waiter) noexcept;

  // Removes them all, and calls roomLost() on each.
  void lose() noexcept;

 private:
  RoomWaiter* firstFor(std::size_t unsent) const noexcept;

  RoomWaiter* first_ = nullptr;  // its before_ is the last
};

}  // namespace ropewalk::detail
