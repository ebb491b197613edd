// How a connection goes from one protocol to another: switchProtocol() only records the request,
// and settle() carries it out in the event loop, so that no protocol is replaced inside its own
// callback.

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
  if (borrowsProtocol_) protocol_ = std::move(placeholder);
  borrowsProtocol_ = false;
}

void Connection::switchProtocol(std::shared_ptr<Protocol> next, std::string unread) {
  requireHome("Transport::switchProtocol()");
  if (!next) throw std::invalid_argument("switchProtocol: no protocol");
  if (!isConnected()) return;
  if (awaitsSwitch()) throw UserError("switchProtocol: a switch is pending already");
  auto takeover = std::make_unique<Takeover>();
  takeover->next = std::move(next);
  takeover->unread = std::move(unread);
  // The input that is still undelivered came after `unread`, which this protocol hands back now.
  if (takeover_) takeover->unread += takeover_->unread;
  takeover->charge.set(heapBytes(takeover->unread));
  takeover_ = std::move(takeover);
  paused_ = true;
  Belongings::handOver(*protocol_);
  needsAfterFlush_ = true;  // afterFlush() stops reading
  flushLater();
  settleLater();
}

void Connection::carryOutSwitch() noexcept {
  if (awaitsSwitch()) {
    retireProtocol();
    protocol_ = std::move(takeover_->next);
    borrowsProtocol_ = false;
    takeover_->readLost = readEnded_;
    writeLostDue_ = writeLostDue_ || shutDown_;
    drainDue_ = turn_.isDraining();
    takeover_->pauses = false;
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
  if (phase_ == Phase::Open && (takeover_->pauses || blocked_))
    return;  // afterFlush() calls this again
  if (phase_ == Phase::Open && !takeover_->unread.empty()) {
    const std::string unread = std::exchange(takeover_->unread, {});
    takeover_->charge.set(0);
    guarded([&] { protocol_->dataReceived(unread); });
    if (awaitsSwitch()) return settleLater();
    if (phase_ == Phase::Open && takeover_->pauses) return;
  }
  const bool readLost = takeover_->readLost;
  endTakeover();
  if (readLost && phase_ == Phase::Open) tellReadLost();
}

void Connection::endTakeover() noexcept {
  paused_ = false;
  takeover_.reset();
  needsAfterFlush_ = true;
}

}  // namespace ropewalk::detail
