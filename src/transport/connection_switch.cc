// How a connection is switched to another protocol, and how unused input is delivered again.
// switchProtocol() and unread() only record the request. settle() carries it out
// in the event loop, so that no protocol is replaced or called inside its own callback.

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/error.h"
#include "transport/belongings.h"
#include "transport/connection.h"
#include "transport/connection_guard.h"

namespace ropewalk::detail {

void Connection::startWithout(std::shared_ptr<Protocol> placeholder) noexcept {
  start(std::move(placeholder));
  awaitsProtocol_ = true;
}

// A protocol that wraps others passes this transport on to them, but only the wrapper is notified.
void Connection::attached(Protocol& protocol) {
  if (!awaitsProtocol_) return;
  awaitsProtocol_ = false;
  borrowsProtocol_ = true;
  protocol_ = std::shared_ptr<Protocol>(std::shared_ptr<void>(), &protocol);
}

void Connection::letGoOfProtocol(std::shared_ptr<Protocol> placeholder) noexcept {
  // Once the connection has ended, the placeholder and the connection would own each other.
  if (borrowsProtocol_ && isConnected()) protocol_ = std::move(placeholder);
  borrowsProtocol_ = false;
}

void Connection::switchProtocol(std::shared_ptr<Protocol> next, std::string unread) {
  requireHome("Transport::switchProtocol()");
  if (!next) throw std::invalid_argument("switchProtocol: no protocol");
  if (!isConnected()) return;
  if (awaitsSwitch()) throw UserError("switchProtocol: a switch is pending already");
  auto redelivery = std::make_unique<Redelivery>();
  redelivery->next = std::move(next);
  redelivery->unread = std::move(unread);
  // The input that is still undelivered came after `unread`, which this protocol hands back now.
  if (redelivery_) redelivery->unread += redelivery_->unread;
  redelivery->charge.set(heapBytes(redelivery->unread));
  redelivery_ = std::move(redelivery);
  paused_ = true;
  Belongings::handOver(*protocol_);
  needsAfterFlush_ = true;  // afterFlush() stops reading
  flushLater();
  settleLater();
}

// While a switch is pending, `bytes` go to the next protocol, after its other input.
void Connection::unread(std::string bytes) {
  requireHome("Transport::unread()");
  if (phase_ != Phase::Open || left_ || bytes.empty()) return;
  if (!redelivery_) {
    redelivery_ = std::make_unique<Redelivery>();
    redelivery_->pauses = paused_;
    paused_ = true;
  }
  std::string& unread = redelivery_->unread;
  if (unread.empty()) {
    unread = std::move(bytes);
  } else {
    unread.insert(awaitsSwitch() ? unread.size() : 0, bytes);
  }
  redelivery_->charge.set(heapBytes(unread));
  needsAfterFlush_ = true;  // afterFlush() stops reading
  flushLater();
}

void Connection::carryOutSwitch() noexcept {
  if (awaitsSwitch()) {
    retireProtocol();
    protocol_ = std::move(redelivery_->next);
    borrowsProtocol_ = false;
    redelivery_->readLost = readEnded_;
    writeLostDue_ = writeLostDue_ || shutDown_;
    drainDue_ = turn_.isDraining();
    readForDrain_ = false;
    redelivery_->pauses = false;
    if (standing_ == Standing::Idle) becomeBusy();
    guarded([this] { protocol_->makeConnection(TransportRef(*this)); });
    if (awaitsSwitch()) return settleLater();
  }
  deliverUnread();
}

// To the calls, coroutines, room waiters and the producer of this protocol, the connection looks as
// if it had ended. Otherwise the output that they write while they end, or their loseConnection(),
// would reach the next protocol.
void Connection::retireProtocol() noexcept {
  const Phase phase = std::exchange(phase_, Phase::Ended);
  stopFeed();
  guarded([this] { roomWaiters_.lose(); });
  guarded([this] { Belongings::end(*protocol_); });
  protocol_->transport = TransportRef();
  phase_ = phase;
}

void Connection::deliverUnread() noexcept {
  if (phase_ == Phase::Open && (redelivery_->pauses || blocked_))
    return;  // afterFlush() calls this again
  if (phase_ == Phase::Open && !redelivery_->unread.empty()) {
    const std::string unread = std::exchange(redelivery_->unread, {});
    redelivery_->charge.set(0);
    guarded([&] { protocol_->dataReceived(unread); });
    if (awaitsSwitch()) return settleLater();
    const bool givesBack = !redelivery_->unread.empty();
    if (phase_ == Phase::Open && (redelivery_->pauses || givesBack)) return;
  }
  const bool readLost = redelivery_->readLost;
  endRedelivery();
  if (readLost && phase_ == Phase::Open) tellReadLost();
}

void Connection::endRedelivery() noexcept {
  if (left_) {
    wasPaused_ = false;
  } else {
    paused_ = false;
  }
  redelivery_.reset();
  needsAfterFlush_ = true;
}

}  // namespace ropewalk::detail
