#include "ropewalk/detail/drained.h"

#include "ropewalk/connection_limits.h"
#include "ropewalk/detail/water_marks.h"
#include "ropewalk/error.h"
#include "ropewalk/transport.h"

namespace ropewalk::detail {

bool RoomAwaiter::awaitRoom() {
  return transport_.awaitRoom(*this, waterMarks(transport_.limits()).low);
}

bool RoomAwaiter::ready() {
  wasOver_ = isOver() || !awaitRoom();
  stopAwaitingRoom();
  return wasOver_ || transport_.unsentBytes() <= waterMarks(transport_.limits()).high;
}

void RoomAwaiter::wait() { awaitRoom(); }

// A transport that drops writes always has room. Without an exception, a coroutine that writes and
// awaits drained() in a loop would never end.
void RoomAwaiter::result() const {
  if (wasOver_) throw CancelledError();
}

void RoomAwaiter::roomAvailable() {
  wasOver_ = isOver() || transport_.isDisconnecting();
  resumeSoon();
}

void RoomAwaiter::roomLost() noexcept { raiseCancelled(); }

void RoomAwaiter::cancelAwait(CancelCause) noexcept {
  stopAwaitingRoom();
  raiseCancelled();
}

}  // namespace ropewalk::detail
