#pragma once

#include <cstddef>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

class RoomWaiter;

namespace detail {

class RoomWaiters;

// A waiter's place in the list of its transport; only the list uses it.
struct RoomLinks {
  RoomWaiters* list = nullptr;  // null: not waiting
  RoomWaiter* before = nullptr;
  RoomWaiter* after = nullptr;
  std::size_t atMost = 0;
};

}  // namespace detail

/// Waits until a transport has room for more output: derive from this, then call
/// Transport::awaitRoom().
///
///   class Feed : public Protocol, private RoomWaiter {
///     void send() {
///       while (transport->unsentBytes() < kEnough) transport->write(next());
///       transport->awaitRoom(*this, kEnough / 4);
///     }
///     void roomAvailable() override { send(); }
///     void roomLost() noexcept override {}
///   };
///
/// A coroutine awaits Transport::drained() instead. A source that can be paused is a Producer.
///
/// Order: one call of roomAvailable() or roomLost() for each awaitRoom() that returned true, from
/// the event loop.
/// Ownership: the transport does not own it. Must not be destroyed while it waits.
/// Threads: the reactor's thread only.
class RoomWaiter {
 public:
  RoomWaiter(const RoomWaiter&) = delete;
  RoomWaiter& operator=(const RoomWaiter&) = delete;

  /// At most the number of bytes given to awaitRoom() are unsent. May call awaitRoom() again.
  ///
  /// An exception ends the connection with that exception as its reason.
  virtual void roomAvailable() = 0;

  /// The connection has ended (called before Protocol::connectionLost()), or it goes to another
  /// protocol (Transport::switchProtocol()). Nothing more may be sent.
  virtual void roomLost() noexcept = 0;

  bool awaitsRoom() const noexcept { return links_.list != nullptr; }

  /// Stops waiting: neither roomAvailable() nor roomLost() is called. Does nothing if it does not
  /// wait.
  void stopAwaitingRoom() noexcept;

  /// Used by the transport.
  detail::RoomLinks& roomLinks() noexcept { return links_; }

 protected:
  RoomWaiter() = default;
  ~RoomWaiter() = default;

 private:
  detail::RoomLinks links_;
};

}  // namespace ropewalk
