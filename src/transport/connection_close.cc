// How a connection starts and ends. Every end first sets the reason and the phase Ending; settle()
// calls connectionLost() later, from the event loop, so that a connection never ends inside a call
// of its user (LF3).

#include <algorithm>
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

// Code that ran out of memory may have written half of a message. After an orderly close the peer
// would take that half for a complete message.
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

void Connection::stopElsewhere(const char* call) const noexcept {
  stopWrongThread(logPrefix().c_str(), call);
}

void Connection::loseConnection(Linger linger) {
  requireHome("Transport::loseConnection()");
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  linger_ = linger;
  needsAfterFlush_ = true;
  if (waitsForRoom_) expectProgress();
  flushLater();
}

void Connection::loseConnection(Failure why) {
  requireHome("Transport::loseConnection()");
  if (phase_ != Phase::Open) return;
  if (ranOutOfMemory(why)) return abortConnection(std::move(why));
  reason_ = std::move(why);
  loseConnection(Linger::Yes);
}

void Connection::abortConnection() { abortConnection(Failure::connectionAborted()); }

void Connection::abortConnection(Failure why) {
  requireHome("Transport::abortConnection()");
  if (!why) why = Failure::connectionAborted();
  if (phase_ == Phase::Made) return;
  if (phase_ == Phase::Ended) {
    resets_ = true;  // for a call from connectionLost(); no effect later
    return;
  }
  if (phase_ == Phase::Ending && !reason_.check<ConnectionDone>()) return;
  channel_->resetOnClose();
  dropQueue();
  waitsForRoom_ = false;
  if (phase_ == Phase::Ending) {
    reason_ = std::move(why);  // until now the end was orderly (CL9)
  } else {
    endSoon(std::move(why));
  }
}

void Connection::cutShort(Failure why) {
  requireHome("Transport::cutShort()");
  if (phase_ == Phase::Ended || phase_ == Phase::Ending) return abortConnection(std::move(why));
  if (phase_ != Phase::Open && phase_ != Phase::Closing) return;
  if (!reason_) reason_ = std::move(why);
  if (!reason_) reason_ = Failure::connectionAborted();
  phase_ = Phase::Closing;
  cutsShort_ = true;
  needsAfterFlush_ = true;
  flushLater();
}

// The rest cannot be sent. Ends in a reset, so that the peer does not take the part for the whole.
void Connection::fileBrokeOff(const WriteQueue::FileStretch& stretch,
                              const Transfer& sent) noexcept {
  const Failure why = failureFrom([&] {
    const std::error_code code(sent.error, std::generic_category());
    return Failure::of(
        ConnectionLost(sent.bytes == 0 ? "sendfile: the file became shorter" : "sendfile", code));
  });
  const LogContext named(*this);
  logWarning("a file breaks off after {} of {} bytes: {}", stretch.sent,
             stretch.sent + stretch.count, why);
  dropQueue();
  cutShort(why);
}

void Connection::loseWriteConnection() {
  requireHome("Transport::loseWriteConnection()");
  if (phase_ != Phase::Open || writeLost_) return;
  writeLost_ = true;
  needsAfterFlush_ = true;
  flushLater();
}

// Reading has ended: the peer ended its stream, or the connection is broken.
void Connection::readStopped(Transfer got) noexcept {
  if (got.bytes < 0) {
    if (!wouldBlock(got.error)) broken(got.error);
    return;
  }
  readEnded_ = true;
  needsAfterFlush_ = true;
  if (phase_ == Phase::Lingering) return endOrderly();
  tellReadLost();
}

void Connection::tellReadLost() noexcept {
  guarded([this] { protocol_->readConnectionLost(); });
  if (phase_ == Phase::Open && shutDown_) endOrderly();  // both directions are closed (HC3)
}

void Connection::broken(int error) noexcept {
  // All output was sent before lingering began, so an error here is still an orderly end.
  if (phase_ == Phase::Lingering) return endOrderly();
  if (!queue_.empty()) channel_->resetOnClose();  // it is dropped: the rest must not look whole
  endSoon(failureOfWire("recv", error));
}

// While lingering: one read a turn, so that a flood of input costs the other connections little.
void Connection::discardInput() noexcept {
  const Transfer got = channel_->discard(turn_.readBuffer(), Turn::kReadSize);
  if (got.bytes <= 0) return readStopped(got);
  turn_.countReceived(static_cast<std::size_t>(got.bytes));
  if (linger_ == Linger::WhileSending) return lingerOn(turn_.reactor().now());
  discarded_ += static_cast<std::size_t>(got.bytes);
  if (discarded_ > limits_->lingerBytes) endOrderly();
}

// The kernel has taken all output written so far.
void Connection::allSent() noexcept {
  if (!channelFinishes()) return;
  if (writeLost_ && !shutDown_ && !feed_ && !cutsShort_) {
    shutDown_ = true;
    channel_->shutdownWrite();
    writeLostDue_ = true;
    settleLater();
    if (readEnded_ && phase_ == Phase::Open) return endOrderly();
  }
  if (phase_ != Phase::Closing || waitsForProducer()) return;
  if (cutsShort_) return awaitAcknowledgement();
  linger();
}

// The kernel has no event for an acknowledgement, so lookForProgress() polls for it.
void Connection::awaitAcknowledgement() noexcept {
  if (channel_->unacknowledged() == 0) return endCut();
  try {
    expectProgress();
  } catch (...) {
    endCut();  // out of memory
  }
}

void Connection::endCut() noexcept {
  channel_->resetOnClose();
  endSoon(reason_);
}

// Closing with unread bytes in the kernel would reset the connection and destroy output that the
// peer has not read yet. So shut down the sending direction first, and wait for the peer to finish
// too.
void Connection::linger() noexcept {
  if (readEnded_ || linger_ == Linger::No) return endOrderly();
  phase_ = Phase::Lingering;
  turn_.setStanding(*this, Standing::Lingering);
  if (!shutDown_) channel_->shutdownWrite();
  shutDown_ = true;
  const TimePoint now = turn_.reactor().now();
  if (turn_.isDraining()) linger_ = Linger::Yes;
  if (linger_ == Linger::Yes) {
    discarded_ = 0;
    return turn_.deadlines().set(*this, later(now, limits_->linger));
  }
  lingerEnds_ = later(now, limits_->longLinger);
  lingerOn(now);
}

// Until longLinger has passed, or no input has arrived for lingerGap.
void Connection::lingerOn(TimePoint now) noexcept {
  turn_.deadlines().set(*this, std::min(lingerEnds_, later(now, limits_->lingerGap)));
}

// The reactor drains: the peer gets no more time than with Linger::Yes.
void Connection::lingerShorter() noexcept {
  if (linger_ == Linger::Yes) return;
  const TimePoint usual = later(turn_.reactor().now(), limits_->linger);
  turn_.deadlines().set(*this, std::min(lingerEnds_, usual));
  linger_ = Linger::Yes;
  discarded_ = 0;
}

void Connection::endOrderly() noexcept { endSoon(reason_ ? reason_ : Failure::connectionDone()); }

void Connection::endSoon(Failure why) noexcept {
  if (phase_ >= Phase::Ending) return;
  // An earlier reason stays, such as the exception of a callback.
  if (!reason_) reason_ = std::move(why);
  becomeBusy();
  phase_ = Phase::Ending;
  dropQueue();  // its pieces in the arena become invalid at the end of this turn
  channel_->setInterest(Interest::Nothing);
  clearDeadline();
  settleLater();
}

void Connection::dropQueue() noexcept {
  if (queue_.empty()) return;
  becomeBusy();
  dropped_ = queue_.bytes();
  queue_.clear();
}

void Connection::becomeBusy() noexcept {
  if (standing_ == Standing::Busy) return;
  turn_.setStanding(*this, Standing::Busy);
  dropped_ = 0;
}

void Connection::settleLater() noexcept {
  if (settleQueued_) return;
  turn_.settleSoon(*this);
  settleQueued_ = true;
}

void Connection::settle() noexcept {
  settleQueued_ = false;
  if (phase_ == Phase::Ended) return;
  if (redelivery_) carryOutSwitch();
  if (drainDue_) carryOutDrain();
  if (readDue_) readHeldInput();
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
  while (awaitsSwitch()) carryOutSwitch();
  tellWriteLost();
  // A reason set earlier takes precedence.
  const Failure reason = reason_ ? reason_ : why;
  resets_ = cutsShort_ || !queue_.empty();  // a stop drops output
  becomeBusy();
  dropQueue();
  channel_->setInterest(Interest::Nothing);
  removeDeadline();
  phase_ = Phase::Ended;
  stopFeed();
  guarded([this] { roomWaiters_.lose(); });
  if (protocol_) {
    guarded([&] { Belongings::end(*protocol_); });
    guarded([&] { protocol_->connectionLost(reason); });
    // The connection still has its name here.
    if (turn_.slowTurns().isOn()) turn_.slowTurns().enter("code that runs after connectionLost()");
  }
  protocol_.reset();
  redelivery_.reset();
  // Another thread may drop the last handle. It must not run the destructor of a user's exception.
  reason_ = {};
  letChannelGo();
  turn_.countClosed(withoutNamespaces(reason.typeName()));
  turn_.remove(*this);
  const Ref<ConnectionMaker> maker = std::move(maker_);
  maker->connectionEnded(reason);
}

// When the reactor stops, a channel with unacknowledged output stays open a little longer, because
// a reset now would also destroy complete messages: see Partings.
void Connection::letChannelGo() noexcept {
  std::unique_ptr<Channel> channel = std::move(channel_);
  if (!resets_) {
    if (!turn_.isLeft() && !inherited_) channel->finish();
    return;
  }
  channel->resetOnClose();
  if (!turn_.isStopping() || channel->unacknowledged() == 0) return;
  try {
    turn_.partings().add(std::move(channel), turn_.reactor().now(), limits_->closeDeadline);
  } catch (...) {
    // Out of memory: the channel is reset now.
  }
}

// Reads first, once: the input that the kernel holds was sent before the peer could know of the
// drain. Input that the protocol gave back is delivered first, too, unless the protocol pauses.
void Connection::carryOutDrain() noexcept {
  if (phase_ == Phase::Open && !readForDrain_) readReady();
  readForDrain_ = true;
  if (phase_ == Phase::Open && redelivery_ && !redelivery_->pauses) return;
  drainDue_ = false;
  if (phase_ == Phase::Open) guarded([this] { protocol_->drainRequested(); });
}

void Connection::drain() noexcept {
  if (phase_ == Phase::Lingering) return lingerShorter();
  if (phase_ != Phase::Open) return;
  drainDue_ = true;
  settleLater();
}

// Logged here, because no caller of ours can catch an exception of user code.
void Connection::callbackThrew() noexcept {
  const Failure thrown = Failure::current();
  logError("a callback threw {}: {}", thrown.typeName(), thrown);
  if (phase_ >= Phase::Ending) return;
  if (!reason_) reason_ = thrown;
  stopFeed();
  if (ranOutOfMemory(thrown)) return abortConnection(thrown);
  loseConnection(Linger::Yes);
}

// Does not free the arena, which stays with the rest of the reactor's memory.
void Connection::abandon() noexcept {
  phase_ = Phase::Ended;
  queue_.clear();
  channel_.reset();
}

void Connection::setDeadline(Duration wait) noexcept {
  turn_.deadlines().set(*this, later(turn_.reactor().now(), wait));
}

void Connection::deadlinePassed() noexcept {
  if (phase_ == Phase::Lingering) return endOrderly();
  lookForProgress();
}

Address Connection::getHost() const {
  if (host_) return *host_;
  if (!channel_) return {};
  const Address host = channel_->host();
  try {
    host_ = std::make_unique<const Address>(host);
  } catch (const std::bad_alloc&) {
    // Not cached: the next call asks the kernel again.
  }
  return host;
}

}  // namespace ropewalk::detail
