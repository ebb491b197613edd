// A port accepts up to kAcceptsPerTurn connections when its socket is readable. When it cannot
// accept, it pauses until one of its connections ends or the pause is over. Without descriptors or
// memory, each pause is twice as long as the last.

#include "net/tcp_port.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <system_error>
#include <utility>

#include "log/tell_if_possible.h"
#include "net/accepted_connection.h"
#include "ropewalk/detail/resume_queue.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

// Connections accepted in one turn. Limited, so that a flood of them does not delay open ones.
constexpr int kAcceptsPerTurn = 16;

// How long a port without descriptors waits before it tries again: doubles each time, up to the
// longest.
constexpr Duration kShortestPause = 100ms;
constexpr Duration kLongestPause = 1s;

// The shortest time between two warnings of a port that cannot accept.
constexpr Duration kBetweenWarnings = 10s;

bool outOfDescriptorNumbers(int error) { return error == EMFILE || error == ENFILE; }

bool outOf(int error) {
  return outOfDescriptorNumbers(error) || error == ENOBUFS || error == ENOMEM;
}

// Other code has shut down or closed the socket.
bool unusable(int error) { return error == EINVAL || error == EBADF || error == ENOTSOCK; }

}  // namespace

TcpPort::TcpPort(ReactorCore& core, const Address& address, std::shared_ptr<Factory> factory,
                 const ListenOptions& options)
    : core_(core),
      asked_(address),
      factory_(std::move(factory)),
      options_(options),
      connections_(new PortConnections(*this, core, options)),
      nextPause_(kShortestPause) {}

TcpPort::~TcpPort() { connections_->portIsGone(); }

Address TcpPort::getHost() const { return acceptor_ ? acceptor_->host() : asked_; }

void TcpPort::startListening() {
  if (acceptor_) return;
  Listening listening = core_.driver().listen(asked_, options_);
  if (!listening.acceptor) {
    throw CannotListenError(options_.interface, asked_.port(),
                            std::error_code(listening.error, std::generic_category()));
  }
  listenWith(std::move(listening));
}

void TcpPort::startListeningOn(int fd) {
  Listening listening = core_.driver().adoptPort(fd, options_);
  if (!listening.acceptor) {
    throw CannotListenError(fd, std::error_code(listening.error, std::generic_category()));
  }
  listenWith(std::move(listening));
  options_.interface = asked_.host();
}

// REQUIRES: there is an acceptor.
void TcpPort::listenWith(Listening listening) {
  core_.add(shared_from_this());
  try {
    listening.acceptor->setOwner(*this);
    if (!listening.acceptor->setAccepting(true)) throw std::bad_alloc();
    factory_->doStart();
  } catch (...) {
    core_.remove(*this);
    throw;
  }
  acceptor_ = std::move(listening.acceptor);
  asked_ = acceptor_->host();  // listening again means the same port (PT6)
  tellIfPossible([this] { logInfo("{} starting on {}", factory_->logPrefix(), asked_.text()); });
}

Droppable<void> TcpPort::stopListening() {
  if (!acceptor_) return succeed();
  Promise<void> stopped;
  Deferred<void> deferred = stopped.deferred();
  core_.reactor().callLater(0s, [stopped = std::move(stopped)]() mutable {
    const ResumeQueue::Hold resumedLast;
    stopped.callback();
  });
  close();
  return deferred;
}

void TcpPort::close() noexcept {
  const std::shared_ptr<TcpPort> self = shared_from_this();
  acceptor_.reset();
  endPause();
  core_.remove(*this);
  logInfo("(TCP Port {} Closed)", asked_.port());
  factory_->doStop();
}

// The kernel completed the connections in the backlog, so their clients may have sent requests.
void TcpPort::drain() noexcept {
  const std::shared_ptr<TcpPort> self = shared_from_this();
  for (int accepts = 0; accepts < options_.backlog && acceptor_ && makeRoom(); ++accepts) {
    const int error = acceptOne();
    if (outOfDescriptorNumbers(error) && core_.turn().evict()) continue;
    if (error == EAGAIN || outOf(error) || unusable(error)) break;
  }
  reactorStopped();
}

void TcpPort::reactorStopped() noexcept {
  if (acceptor_) close();  // null: the factory closed it meanwhile
}

void TcpPort::acceptReady() noexcept {
  const std::shared_ptr<TcpPort> self = shared_from_this();
  int failures = 0;
  for (int accepts = 0; accepts < kAcceptsPerTurn && acceptor_; ++accepts) {
    // Only the first is known to be in the backlog: close an idle connection only for that one.
    if (accepts > 0 && connections_->isFull()) return;
    if (!makeRoom()) return;
    const int error = acceptOne();
    if (error == EAGAIN) return;
    if (error == 0) continue;
    if (accepts == 0 && outOfDescriptorNumbers(error) && core_.turn().evict()) continue;
    // An error of one connection (the peer aborted it, a firewall forbids it) does not end the loop
    // (PT15), unless every accept fails.
    if (outOf(error) || unusable(error) || ++failures == kAcceptsPerTurn) return backOff(error);
  }
}

// False if there is no room for another connection, or if the port was closed meanwhile.
bool TcpPort::makeRoom() noexcept {
  const bool hasRoom = connections_->makeRoom();
  if (acceptor_ && !hasRoom) pauseFor(kShortestPause);
  return acceptor_ && hasRoom;
}

// Returns 0 or the errno.
int TcpPort::acceptOne() noexcept {
  try {
    Accepted accepted = acceptor_->accept();
    if (!accepted.channel) return accepted.error;
    welcome(std::move(accepted.channel));
    return 0;
  } catch (...) {
    return ENOMEM;
  }
}

void TcpPort::welcome(std::unique_ptr<Channel> channel) noexcept {
  const Ref<ConnectionMaker> maker(connections_.get());
  connections_->add();
  if (startAccepted(core_, std::move(channel), factory_, maker, sessions_)) {
    ++sessions_;
  } else {
    connections_->remove();
  }
}

// Out of descriptors: uses the reserve one to accept and close the connections queued now. Later
// arrivals stay in the backlog, even if the pause ended early and there are still no descriptors.
void TcpPort::backOff(int error) noexcept {
  const TimePoint now = core_.reactor().now();
  if (now < toldUntil_) return pauseFor(toldUntil_ - now);
  // One accept that succeeded in between does not count: other processes open and close files.
  if (now - toldUntil_ > kLongestPause) nextPause_ = kShortestPause;
  if (outOfDescriptorNumbers(error)) {
    for (int shed = 0; shed < kAcceptsPerTurn && acceptor_->shed(); ++shed) ++turnedAway_;
  }
  toldUntil_ = now + nextPause_;
  pauseFor(nextPause_);
  nextPause_ = std::min(nextPause_ * 2, kLongestPause);
  if (now < loggedUntil_) return;
  loggedUntil_ = now + kBetweenWarnings;
  // Last, because a log sink may close the port.
  tellIfPossible([&] {
    const std::string why = std::generic_category().message(error);
    const int turnedAway = std::exchange(turnedAway_, 0);
    logWarning("accept on {}: {}; {} turned away, pausing", asked_.text(), why, turnedAway);
  });
}

void TcpPort::pauseFor(Duration pause) noexcept {
  acceptor_->setAccepting(false);
  isPaused_ = true;
  try {
    resumeCall_ = core_.timers().schedule(pause, [this] { resume(); });
  } catch (...) {
    // The wheel is less exact, but needs no memory.
    core_.turn().deadlines().set(*this, core_.reactor().now() + pause);
  }
}

void TcpPort::endPause() noexcept {
  isPaused_ = false;
  if (resumeCall_.active()) resumeCall_.cancel();
  removeDeadline();
}

void TcpPort::connectionEnded() noexcept {
  if (isPaused_) resume();
}

void TcpPort::resume() noexcept {
  endPause();
  if (!acceptor_->setAccepting(true)) pauseFor(kLongestPause);
}

}  // namespace ropewalk::detail
