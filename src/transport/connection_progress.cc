// Whether the peer acknowledges output: ConnectionLimits::writeStall and closeDeadline. See
// stall.h.

#include <algorithm>
#include <memory>
#include <string>

#include "async/failure_of.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/reactor.h"
#include "transport/connection.h"

namespace ropewalk::detail {

namespace {

// How long reading must be paused, with unread input, before that is logged.
constexpr Duration kLongPause = 5s;

}  // namespace

Duration Connection::progressLimit() const noexcept {
  const bool closes = phase_ == Phase::Closing && !waitsForProducer();
  return closes ? limits_->closeDeadline : limits_->writeStall;
}

// From now on the peer must acknowledge some output within the limit.
void Connection::expectProgress() {
  if (!stall_) stall_ = std::make_unique<Stall>();
  stall_->begin(turn_.reactor().now(), channel_->unacknowledged());
  setDeadline(stall_->nextLook(progressLimit()));
}

void Connection::lookForProgress() noexcept {
  if (!stall_) return;
  const TimePoint now = turn_.reactor().now();
  const Duration limit = progressLimit();
  const std::size_t unacknowledged = channel_->unacknowledged();
  if (cutsShort_ && queue_.empty() && unacknowledged == 0) return endCut();
  if (!stall_->look(now, unacknowledged, limit)) return giveUpPeer(limit);
  const Duration pausedFor = stall_->noteReading(!blocked_, now);
  if (pausedFor >= kLongPause) logReadingStaysPaused(pausedFor);
  const Duration untilLong = pausedFor < kLongPause ? kLongPause - pausedFor : Duration::max();
  setDeadline(std::min(stall_->nextLook(limit), untilLong));
  if (queue_.empty()) return;
  // A shortage of memory may have begun or ended: see afterFlush().
  needsAfterFlush_ = true;
  flushLater();
}

void Connection::giveUpPeer(Duration limit) noexcept {
  channel_->resetOnClose();
  endSoon(failureFrom([&] {
    return Failure::of(ConnectionLost("send: the peer acknowledged nothing for " +
                                      std::to_string(limit / 1ms) + " ms"));
  }));
}

void Connection::logReadingStaysPaused(Duration pausedFor) noexcept {
  if (stall_->isLogged || channel_->unread() == 0) return;
  stall_->isLogged = true;
  const LogContext named(*this);
  if (heldBack_) {
    return logWarning(
        "reading has been paused for {} s: {} bytes wait until the peer takes them, and more is "
        "held than setMemoryBudget() allows ({})",
        pausedFor / 1s, queue_.bytes(), memoryBudget());
  }
  logWarning(
      "reading has been paused for {} s: {} bytes wait until the peer takes them, more than "
      "ConnectionLimits::writeHighWater ({})",
      pausedFor / 1s, queue_.bytes(), limits_->writeHighWater);
}

}  // namespace ropewalk::detail
