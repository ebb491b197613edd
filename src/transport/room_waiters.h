#pragma once

#include <cstddef>

#include "ropewalk/room_waiter.h"

namespace ropewalk::detail {

// The waiters for room of one connection, in the order in which they began to wait.
class RoomWaiters {
 public:
  RoomWaiters() = default;
  RoomWaiters(const RoomWaiters&) = delete;
  RoomWaiters& operator=(const RoomWaiters&) = delete;

  // Those that still wait are not notified.
  ~RoomWaiters();

  bool empty() const noexcept { return first_ == nullptr; }

  // REQUIRES: `waiter` does not wait.
  void add(RoomWaiter& waiter, std::size_t atMost) noexcept;

  // How many of them have room while `unsent` bytes wait.
  std::size_t countFor(std::size_t unsent) const noexcept;

  // The first that has room, or null; it waits no longer.
  RoomWaiter* takeOneFor(std::size_t unsent) noexcept;

  // REQUIRES: `waiter` waits here.
  void remove(RoomWaiter& waiter) noexcept;

  // Notifies all of them that there never will be room.
  void lose() noexcept;

 private:
  RoomWaiter* firstFor(std::size_t unsent) const noexcept;

  RoomWaiter* first_ = nullptr;  // its before_ is the last
};

}  // namespace ropewalk::detail
