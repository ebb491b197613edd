// How a connection begins and ends. Every end is known first (Ending) and told later, by settle()
// in the event loop, so that no caller is pulled from under (LF3).

#include <cerrno>
#include <new>
#include <utility>

#include "async/class_name.h"
#include "async/failure_of.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "transport/belongings.h"
#include "transport/connection.h"
#include "transport/connection_guard.h"

namespace ropewalk::detail {

namespace {

// Whoever ran out of memory may have left half a message behind, which an orderly end would pass
// off as whole.
bool ranOutOfMemory(const Failure& why) { return why.check<std::bad_alloc>(); }

}  // namespace

void Connection::start(std::shared_ptr<Protocol> protocol) noexcept {
  protocol_ = std::move(protocol);
  phase_ = Phase::Open;
  needsAfterFlush_ = true;
  guarded([this] { protocol_->makeConnection(TransportRef(*this)); });
  flush();
}

std::string Connection::logPrefix() const {
  std::string prefix = protocol_ ? protocol_->logPrefix() : "-";
  if (session_ == kClient) return prefix + ",client";
  return prefix + "," + std::to_string(session_) + "," + peer_.host();
}

void Connection::loseConnection(Linger linger) {
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  lingers_ = linger == Linger::Yes;
  needsAfterFlush_ = true;
  if (waitsForRoom_) expectProgress();
  flushLater();
}

void Connection::loseConnection(Failure why) {
  if (phase_ != Phase::Open) return;
  if (ranOutOfMemory(why)) return abortConnection(std::move(why));
  reason_ = std::move(why);
  loseConnection(Linger::Yes);
}

void Connection::abortConnection() { abortConnection(Failure::connectionAborted()); }

void Connection::abortConnection(Failure why) {
  if (!why) why = Failure::connectionAborted();
  if (phase_ == Phase::Made || phase_ == Phase::Ended) return;
  if (phase_ == Phase::Ending && !reason_.check<ConnectionDone>()) return;
  channel_->resetOnClose();
  queue_.clear();
  waitsForRoom_ = false;
  if (phase_ == Phase::Ending) {
    reason_ = std::move(why);  // it was going to end well, until now (CL9)
  } else {
    endSoon(std::move(why));
  }
}

void Connection::loseWriteConnection() {
  if (phase_ != Phase::Open || writeLost_) return;
  writeLost_ = true;
  needsAfterFlush_ = true;
  flushLater();
}

// Nothing more will come: an end of the peer's stream, or a broken connection.
void Connection::readStopped(Transfer got) noexcept {
  if (got.bytes < 0) {
    if (got.error != EAGAIN && got.error != EINTR) broken(got.error);
    return;
  }
  readEnded_ = true;
  needsAfterFlush_ = true;
  if (phase_ == Phase::Lingering) return endOrderly();
  guarded([this] { protocol_->readConnectionLost(); });
  if (phase_ == Phase::Open && shutDown_) endOrderly();  // both directions are closed (HC3)
}

void Connection::broken(int error) noexcept {
  // What breaks while we linger broke after all was sent: still an orderly end.
  if (phase_ == Phase::Lingering) return endOrderly();
  const std::error_code code(error, std::generic_category());
  endSoon(failureOf<ConnectionLost>("recv", code));
}

void Connection::discard(std::size_t bytes) noexcept {
  discarded_ += bytes;
  if (discarded_ > limits_->lingerBytes) endOrderly();
}

// Everything written so far is with the kernel.
void Connection::allSent() noexcept {
  if (writeLost_ && !shutDown_ && !feed_) {
    shutDown_ = true;
    channel_->shutdownWrite();
    writeLostDue_ = true;
    settleLater();
    if (readEnded_ && phase_ == Phase::Open) return endOrderly();
  }
  if (phase_ == Phase::Closing && !feed_) linger();
}

// A close with unread bytes in the kernel would reset the connection, and with it destroy what the
// peer has not read yet: so first say that we have finished, and wait for the peer to finish too.
void Connection::linger() noexcept {
  if (readEnded_ || !lingers_) return endOrderly();
  phase_ = Phase::Lingering;
  if (!shutDown_) channel_->shutdownWrite();
  shutDown_ = true;
  setDeadline(limits_->linger);
}

void Connection::endOrderly() noexcept { endSoon(reason_ ? reason_ : Failure::connectionDone()); }

void Connection::endSoon(Failure why) noexcept {
  if (phase_ >= Phase::Ending) return;
  // A callback that threw is the reason, whatever happened afterwards.
  if (!reason_) reason_ = std::move(why);
  phase_ = Phase::Ending;
  queue_.clear();  // its pieces in the arena are void when this turn is over
  channel_->setInterest(Interest::Nothing);
  turn_.deadlines().clear(*this);
  settleLater();
}

void Connection::settleLater() noexcept {
  if (settleQueued_) return;
  turn_.settleSoon(*this);
  settleQueued_ = true;
}

void Connection::settle() noexcept {
  settleQueued_ = false;
  if (phase_ == Phase::Ended) return;
  if (drainDue_) {
    drainDue_ = false;
    if (phase_ == Phase::Open) guarded([this] { protocol_->drainRequested(); });
  }
  resumeFeed();
  notifyRoom();
  tellWriteLost();
  if (phase_ == Phase::Ending) return end(reason_);
  flush();
}

void Connection::tellWriteLost() noexcept {
  if (!writeLostDue_) return;
  writeLostDue_ = false;
  guarded([this] { protocol_->writeConnectionLost(); });
}

void Connection::end(const Failure& why) noexcept {
  if (phase_ == Phase::Ended) return;
  const Ref<Connection> self(this);
  tellWriteLost();
  // What was known before goes before.
  const Failure reason = reason_ ? reason_ : why;
  getHost();  // still known afterwards (PT24)
  channel_->setInterest(Interest::Nothing);
  turn_.deadlines().remove(*this);
  phase_ = Phase::Ended;
  stopFeed();
  guarded([this] { roomWaiters_.lose(); });
  if (protocol_) {
    guarded([&] { Belongings::end(*protocol_); });
    guarded([&] { protocol_->connectionLost(reason); });
    // While it still has a name.
    if (turn_.slowTurns().isOn()) turn_.slowTurns().enter("who hears of the end of a connection");
  }
  protocol_.reset();
  queue_.clear();
  channel_.reset();
  turn_.countClosed(withoutNamespaces(reason.typeName()));
  turn_.remove(*this);
  const Ref<ConnectionMaker> maker = std::move(maker_);
  maker->connectionEnded(reason);
}

void Connection::drain() noexcept {
  if (phase_ != Phase::Open) return;
  drainDue_ = true;
  settleLater();
}

// Logged here, for what user code throws no caller can hear.
void Connection::callbackThrew() noexcept {
  const Failure thrown = Failure::current();
  logError("a callback threw {}: {}", thrown.typeName(), thrown);
  if (phase_ >= Phase::Ending) return;
  if (!reason_) reason_ = thrown;
  stopFeed();
  if (ranOutOfMemory(thrown)) return abortConnection(thrown);
  loseConnection(Linger::Yes);
}

void Connection::setDeadline(Duration wait) noexcept {
  turn_.deadlines().set(*this, later(turn_.reactor().now(), wait));
}

void Connection::deadlinePassed() noexcept {
  if (phase_ == Phase::Lingering) return endOrderly();
  lookForProgress();
}

Address Connection::getHost() const {
  if (host_.family() == Address::Family::None && channel_) host_ = channel_->host();
  return host_;
}

}  // namespace ropewalk::detail
