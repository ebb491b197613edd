#pragma once

#include "ropewalk/detail/awaiter.h"
#include "ropewalk/room_waiter.h"

namespace ropewalk {
class Transport;
}

namespace ropewalk::detail {

// Waits for room in a transport, as Transport::drained() and BodyWriter::drained() do. Used only in
// co_await.
class RoomAwaiter : public Awaiter, private RoomWaiter {
 public:
  bool ready();
  void wait();
  void result() const;

  void cancelAwait(CancelCause cause) noexcept override;

 protected:
  explicit RoomAwaiter(Transport& transport) noexcept : transport_(transport) {}
  ~RoomAwaiter() = default;

 private:
  // True if further writes of the coroutine are dropped, even if the transport would accept them.
  virtual bool isOver() const noexcept { return false; }

  bool awaitRoom();
  void roomAvailable() override;
  void roomLost() noexcept override;

  Transport& transport_;
  bool wasOver_ = false;
};

class Drained final : public RoomAwaiter {
 public:
  explicit Drained(Transport& transport) noexcept : RoomAwaiter(transport) {}
};

}  // namespace ropewalk::detail
