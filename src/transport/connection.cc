// How a connection reads and writes: input through readReady(), output through write() and flush().
// The rest is in connection_flow.cc (pausing), connection_switch.cc (another protocol) and
// connection_close.cc (start and end).

#include "transport/connection.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "async/failure_of.h"
#include "ropewalk/error.h"

namespace ropewalk::detail {

namespace {

// After this many reads, a connection whose sender fills the buffer each time yields to the others.
constexpr int kReadsPerTurn = 4;

// Up to this many bytes, copying to the arena costs less than a queue piece that owns or shares
// them.
constexpr std::size_t kShortShare = 512;

// Pieces in one sendmsg.
constexpr int kPieces = 64;

// The errors of sendfile(2) that concern the connection; any other one concerns the file.
bool isOfNetwork(int error) {
  constexpr int kErrors[] = {kFilterFailed, EPIPE,     ECONNRESET,   ECONNABORTED,
                             ENOTCONN,      ETIMEDOUT, ENETDOWN,     ENETRESET,
                             ENETUNREACH,   EHOSTDOWN, EHOSTUNREACH, ENOBUFS};
  return std::ranges::find(kErrors, error) != std::end(kErrors);
}

}  // namespace

Connection::Connection(Turn& turn, std::unique_ptr<Channel> channel, Ref<ConnectionMaker> maker,
                       std::uint32_t session)
    : turn_(turn),
      channel_(std::move(channel)),
      limits_(&maker->limits()),
      maker_(std::move(maker)),
      peer_(channel_->peer()),
      session_(session) {
  channel_->setOwner(*this);
  turn_.add(*this);
}

Connection::~Connection() { dropOwnLimits(); }

void Connection::dropOwnLimits() noexcept {
  if (ownsLimits_) delete limits_;
  ownsLimits_ = false;
}

inline bool Connection::sent(const Transfer& transfer, std::size_t wanted) {
  if (transfer.bytes < 0) return refused(transfer.error);
  const auto size = static_cast<std::size_t>(transfer.bytes);
  turn_.countSent(size);
  queue_.consume(size);
  if (size == wanted) return true;
  roomEnded(true);
  return false;
}

// Sends the front of the queue in one system call. False if nothing more can be sent now.
inline bool Connection::sendFront() {
  const iovec only = queue_.onlyArenaPiece();
  return only.iov_len > 0 ? sent(channel_->send(&only, 1), only.iov_len) : sendPieces();
}

inline void Connection::sendQueue() {
  while (!queue_.empty() && sendFront()) {
  }
}

void Connection::readReady() noexcept {
  if (turn_.slowTurns().isOn()) [[unlikely]]
    turn_.slowTurns().enter(*this);
  if (phase_ == Phase::Lingering) [[unlikely]]
    return discardInput();
  turn_.setInHand(this);
  for (int reads = 0; reads < kReadsPerTurn && wantsRead(); ++reads) {
    const Transfer got = channel_->receive(turn_.readBuffer(), Turn::readSize());
    if (got.bytes <= 0) {
      readStopped(got);
      break;
    }
    const auto size = static_cast<std::size_t>(got.bytes);
    turn_.countReceived(size);
    try {
      protocol_->dataReceived({turn_.readBuffer(), size});
    } catch (...) {
      callbackThrew();
    }
    if (size < Turn::kReadSize) break;
  }
  turn_.setInHand(nullptr);
  flush();
}

bool Connection::wantsRead() const noexcept {
  if (phase_ == Phase::Open) return !paused_ && !blocked_ && !readEnded_;
  return phase_ == Phase::Lingering && !readEnded_;
}

void Connection::write(std::string_view bytes) {
  requireHome("Transport::write()");
  if (bytes.empty() || !acceptsWrites()) return;
  try {
    if (bytes.size() > WriteQueue::kLongestCopy) {
      writeThrough(bytes);
    } else if (waitsForRoom_) {
      queue_.appendKept(bytes);
    } else {
      queue_.append(turn_.arena(), bytes);
    }
  } catch (...) {
    return outOfMemory();
  }
  queued();
}

void Connection::write(const SharedBytes& bytes) {
  requireHome("Transport::write()");
  // Copying a short line is cheaper than sharing it, unless it must wait.
  if (bytes.size() <= kShortShare && !waitsForRoom_) return write(bytes.view());
  if (bytes.empty() || !acceptsWrites()) return;
  try {
    queue_.append(bytes);
    if (waitsForRoom_) queue_.chargeLast();
  } catch (...) {
    return outOfMemory();
  }
  queued();
}

void Connection::writeOwned(std::string bytes) {
  requireHome("Transport::write()");
  if (bytes.size() <= kShortShare) return write(std::string_view(bytes));
  if (!acceptsWrites()) return;
  try {
    queue_.append(std::move(bytes));
    if (waitsForRoom_) queue_.chargeLast();
  } catch (...) {
    return outOfMemory();
  }
  queued();
}

void Connection::writeFile(FileDescriptor file, std::uint64_t offset, std::uint64_t count) {
  requireHome("Transport::writeFile()");
  if (count == 0 || !acceptsWrites()) return;
  try {
    queue_.append(std::move(file), offset, count);
  } catch (...) {
    return outOfMemory();
  }
  queued();
}

// Called in a catch block when bytes could not be queued. The output has a gap now, so the
// connection ends.
void Connection::outOfMemory() noexcept { abortConnection(Failure::current()); }

bool Connection::acceptsWrites() {
  const bool open = phase_ == Phase::Open || (phase_ == Phase::Closing && waitsForProducer());
  if (!open || (writeLost_ && (shutDown_ || !feed_))) return false;
  if (limits_->maxQueued == 0 || queue_.inMemory() <= limits_->maxQueued) return true;
  return makesRoom();
}

// Called at the cap. A queue that is only waiting for the end of the turn is sent first, so that a
// fast peer is not treated as a slow one.
bool Connection::makesRoom() {
  try {
    if (!waitsForRoom_ && !turn_.isLeft()) sendQueue();
  } catch (...) {
    outOfMemory();
  }
  if (queue_.inMemory() <= limits_->maxQueued) return phase_ < Phase::Ending;
  abortConnection(failureOf<WriteQueueFull>(queue_.inMemory(), limits_->maxQueued));
  return false;
}

// Sends a large view at once, together with the output queued before it; copies only the bytes that
// the kernel refuses.
void Connection::writeThrough(std::string_view bytes) {
  iovec pieces[kPieces];
  const WriteQueue::Gathered queued = queue_.gather(pieces, kPieces - 1);
  const bool mayNotSend = waitsForRoom_ || turn_.isLeft();
  if (mayNotSend || queued.bytes < queue_.bytes()) return queue_.appendKept(bytes);
  if (feed_) feed_->wrote = true;
  pieces[queued.count] = {const_cast<char*>(bytes.data()), bytes.size()};

  const Transfer sent = channel_->send(pieces, queued.count + 1);
  if (sent.bytes < 0) {
    if (refused(sent.error); phase_ < Phase::Ending) queue_.appendKept(bytes);
    return;
  }
  const auto size = static_cast<std::size_t>(sent.bytes);
  turn_.countSent(size);
  const std::size_t fromQueue = std::min(size, queued.bytes);
  queue_.consume(fromQueue);
  bytes.remove_prefix(size - fromQueue);
  if (bytes.empty()) return;
  queue_.appendKept(bytes);
  roomEnded(true);
}

inline void Connection::queued() {
  if (queue_.bytes() > limits_->writeHighWater) overHighWater();
  flushLater();
}

void Connection::flushLater() {
  if (turn_.inHand() == this || flushQueued_) return;
  turn_.flushSoon(*this);
  flushQueued_ = true;
}

// It may have been flushed and written to since it was queued; it keeps its place until this call.
void Connection::flushFromLine() noexcept {
  flushQueued_ = false;
  flush();
}

void Connection::flush() noexcept {
  if (feed_ && !queue_.empty()) feed_->wrote = true;
  try {
    if (!waitsForRoom_) sendQueue();
  } catch (...) {
    outOfMemory();
  }
  if (needsAfterFlush_ && !left_) afterFlush();
}

bool Connection::sendPieces() {
  iovec pieces[kPieces];
  const WriteQueue::Gathered front = queue_.gather(pieces, kPieces);
  if (front.count == 0) return sendFileFront();
  return sent(channel_->send(pieces, front.count), front.bytes);
}

// One slice a turn, so that a long file to a fast reader does not delay the other connections.
bool Connection::sendFileFront() {
  const WriteQueue::FileStretch stretch = queue_.frontFile();
  const Transfer sent = channel_->sendFile(stretch.file, stretch.offset, stretch.count);
  if (sent.bytes < 0 && (wouldBlock(sent.error) || isOfNetwork(sent.error))) {
    return refused(sent.error);
  }
  if (sent.bytes <= 0) {
    fileBrokeOff(stretch, sent);
    return false;
  }
  turn_.countSent(static_cast<std::size_t>(sent.bytes));
  queue_.consume(static_cast<std::size_t>(sent.bytes));
  if (static_cast<std::size_t>(sent.bytes) < stretch.count) roomEnded(true);
  return !waitsForRoom_;
}

bool Connection::refused(int error) {
  if (wouldBlock(error)) {
    roomEnded(false);
  } else {
    channel_->resetOnClose();  // queued output is dropped
    endSoon(failureOfWire("send", error));
  }
  return false;
}

// The kernel takes no more: the rest waits for writeReady(). If it took some now, the peer has made
// progress.
void Connection::roomEnded(bool someSent) {
  waitsForRoom_ = true;
  needsAfterFlush_ = true;
  queue_.keep();
  if (someSent || !stall_) expectProgress();
}

void Connection::writeReady() noexcept {
  waitsForRoom_ = false;
  needsAfterFlush_ = true;
  flush();
}

}  // namespace ropewalk::detail
