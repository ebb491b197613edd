// How a connection pauses and resumes: pauseProducing(), producers, and the work after a flush.

#include <utility>

#include "async/class_name.h"
#include "ropewalk/error.h"
#include "ropewalk/memory_budget.h"
#include "transport/connection.h"
#include "transport/connection_guard.h"

namespace ropewalk::detail {

void Connection::pauseProducing() {
  requireHome("Transport::pauseProducing()");
  if (phase_ != Phase::Open) return;
  if (redelivery_) redelivery_->pauses = true;
  if (drainDue_) settleLater();  // a drain waits only for a protocol that is not paused
  if (paused_) return;
  paused_ = true;
  needsAfterFlush_ = true;
  flushLater();
}

void Connection::resumeProducing() {
  requireHome("Transport::resumeProducing()");
  if (phase_ != Phase::Open || !paused_ || left_) return;
  if (redelivery_) {
    redelivery_->pauses = false;
  } else {
    paused_ = false;
  }
  needsAfterFlush_ = true;
  flushLater();
}

void Connection::leave(bool on) noexcept {
  if (left_ == on) return;
  left_ = on;
  if (on) {
    wasPaused_ = paused_;
    waitedForRoom_ = waitsForRoom_;
  }
  paused_ = on || wasPaused_;
  waitsForRoom_ = on || waitedForRoom_;
}

// A server stops reading from a client that does not read its answers, unless the user called
// setReadWhileBlocked(), or a producer is registered, which is paused instead, or this side opened
// the connection: two ends that both write much and both stop reading would wait for each other.
bool Connection::blocksWhenFull() const noexcept {
  if (readWhileBlocked_) return !*readWhileBlocked_;
  return session_ != kClient && !feed_;
}

void Connection::setReadWhileBlocked(bool on) {
  requireHome("Transport::setReadWhileBlocked()");
  readWhileBlocked_ = on;
  if (on) return unblock();
  blockIfMuchWaits();
}

void Connection::unblock() {
  if (!blocked_ || phase_ >= Phase::Ending) return;
  blocked_ = false;
  needsAfterFlush_ = true;
  flushLater();
}

bool Connection::awaitRoom(RoomWaiter& waiter, std::size_t atMost) {
  requireHome("Transport::awaitRoom()");
  if (phase_ != Phase::Open || writeLost_) return false;
  roomWaiters_.add(waiter, atMost);
  needsAfterFlush_ = true;
  if (queue_.bytes() <= atMost) settleLater();
  return true;
}

// Notifies each present waiter once. One that waits again is notified in the next turn.
void Connection::notifyRoom() noexcept {
  for (std::size_t due = roomWaiters_.countFor(queue_.bytes()); due > 0; --due) {
    if (phase_ >= Phase::Ending) return;
    RoomWaiter* const waiter = roomWaiters_.takeOneFor(queue_.bytes());
    if (waiter == nullptr) return;
    guarded([&] { waiter->roomAvailable(); });
  }
  if (roomWaiters_.countFor(queue_.bytes()) > 0) settleLater();
}

void Connection::setLimits(const ConnectionLimits& limits) {
  requireHome("Transport::setLimits()");
  auto own = std::make_unique<ConnectionLimits>(limits);
  // Call the kernel only for a change: HTTP sets other limits with every streamed answer.
  const bool isNews = channel_ && own->writeStall != limits_->writeStall;
  if (isNews) channel_->setPatience(own->writeStall);
  dropOwnLimits();
  limits_ = own.release();
  ownsLimits_ = true;
  if (isNews && waitsForRoom_) expectProgress();
  blockIfMuchWaits();
}

// Treats the queued output as if it were written now.
void Connection::blockIfMuchWaits() {
  if (phase_ >= Phase::Ending || queue_.bytes() <= limits_->writeHighWater) return;
  overHighWater();
  flushLater();
}

// The limits may belong to the maker, which is released at the end.
ConnectionLimits Connection::limits() const {
  requireHome("Transport::limits()");
  return isConnected() ? *limits_ : ConnectionLimits();
}

void Connection::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  requireHome("Transport::registerProducer()");
  if (!producer) throw std::invalid_argument("registerProducer: no producer");
  if (phase_ != Phase::Open || writeLost_ || reason_) return producer->stopProducing();
  if (feed_) {
    const Producer& present = *feed_->producer;
    throw ProducerAlreadyRegistered(std::string("registerProducer: ") + className(typeid(present)) +
                                    " is registered already");
  }
  feed_ = std::make_unique<Feed>(Feed{.producer = std::move(producer), .streaming = streaming});
  if (streaming == Streaming::Pull) {
    feed_->resumeDue = true;
    settleLater();
  } else if (queue_.bytes() > limits_->writeHighWater) {
    overHighWater();
  }
  needsAfterFlush_ = true;
  if (!blocksWhenFull()) unblock();
}

void Connection::unregisterProducer() {
  requireHome("Transport::unregisterProducer()");
  if (!feed_) return;
  feed_.reset();
  if (phase_ == Phase::Closing && waitsForRoom_) expectProgress();
  needsAfterFlush_ = true;
  flushLater();
  blockIfMuchWaits();
}

// Pauses synchronously, once per crossing: a producer that continues would only fill memory (PC7,
// PC8).
void Connection::overHighWater() {
  needsAfterFlush_ = true;
  if (blocksWhenFull()) blocked_ = true;
  if (!feed_ || feed_->streaming == Streaming::Pull || feed_->paused) return;
  feed_->paused = true;
  const std::shared_ptr<Producer> producer = feed_->producer;
  guarded([&] { producer->pauseProducing(); });
}

void Connection::afterFlush() noexcept {
  if (phase_ >= Phase::Ending) return;
  // A feed or a full kernel needs it again after the next flush.
  needsAfterFlush_ = feed_ || waitsForRoom_ || !roomWaiters_.empty();
  if (queue_.empty()) {
    if (!waitsForRoom_ && phase_ < Phase::Lingering) {
      clearDeadline();
      stall_.reset();
    }
    allSent();
  }
  if (roomWaiters_.countFor(queue_.bytes()) > 0) settleLater();
  // While memory is short, reading stops until the peer has taken the queued output.
  const bool isHeldBack = waitsForRoom_ && isMemoryShort();
  if (isHeldBack) overHighWater();
  const bool isRelieved = heldBack_ && queue_.bytes() <= limits_->writeHighWater;
  const bool mayGoOn = !isHeldBack && (isRelieved || queue_.bytes() <= limits_->writeLowWater);
  if (mayGoOn) blocked_ = false;
  heldBack_ = isHeldBack || (heldBack_ && !mayGoOn);
  if (redelivery_ && !redelivery_->pauses && !blocked_) settleLater();
  if (waitsForProducer() && phase_ < Phase::Ending) {
    const bool pull = feed_->streaming == Streaming::Pull;
    if (pull ? queue_.empty() && feed_->wrote : feed_->paused && mayGoOn) {
      feed_->resumeDue = true;
      feed_->isRelieved = isRelieved;
      settleLater();
    }
  }
  applyInterest();
}

void Connection::resumeFeed() noexcept {
  if (!waitsForProducer() || !feed_->resumeDue || phase_ >= Phase::Ending) return;
  const bool isRelieved = std::exchange(feed_->isRelieved, false);
  if (feed_->paused && !isRelieved && queue_.bytes() > limits_->writeLowWater) {
    feed_->resumeDue = false;  // refilled in the meantime
    return;
  }
  feed_->resumeDue = feed_->wrote = feed_->paused = false;
  const std::shared_ptr<Producer> producer = feed_->producer;
  guarded([&] { producer->resumeProducing(); });
}

void Connection::stopFeed() noexcept {
  if (!feed_) return;
  const std::unique_ptr<Feed> feed = std::move(feed_);
  guarded([&] { feed->producer->stopProducing(); });
}

void Connection::applyInterest() noexcept {
  if (phase_ >= Phase::Ending) return;  // the interest was cleared when it ended
  Interest interest = Interest::Nothing;
  if (wantsRead()) interest = interest | Interest::Read;
  if (waitsForRoom_) interest = interest | Interest::Write;
  channel_->setInterest(interest == Interest::Nothing ? Interest::Broken : interest);
}

std::size_t Connection::unsentBytes() const {
  requireHome("Transport::unsentBytes()");
  const bool hearsOfEnd = phase_ == Phase::Ended && channel_;
  return hearsOfEnd ? dropped_ : queue_.bytes();
}

void Connection::setIdle(bool on) {
  requireHome("Transport::setIdle()");
  if (phase_ != Phase::Open) return;
  if (on) return turn_.setStanding(*this, Standing::Idle);
  becomeBusy();
}

void Connection::setTcpNoDelay(bool on) {
  requireHome("Transport::setTcpNoDelay()");
  if (channel_) channel_->setTcpNoDelay(on);
}

bool Connection::getTcpNoDelay() const { return channel_ && channel_->tcpNoDelay(); }

void Connection::setTcpKeepAlive(bool on) {
  requireHome("Transport::setTcpKeepAlive()");
  if (channel_) channel_->setTcpKeepAlive(on);
}

bool Connection::getTcpKeepAlive() const { return channel_ && channel_->tcpKeepAlive(); }

}  // namespace ropewalk::detail
