#include "ropewalk/stream_protocol.h"

#include "ropewalk/error.h"
#include "ropewalk/transport.h"
#include "stream/short_memory.h"

namespace ropewalk {

using detail::StreamRead;

StreamProtocol::StreamProtocol(LineEnding ending) noexcept : ending_(ending) {}

// A coroutine that does not belong to this connection may still be reading from it.
StreamProtocol::~StreamProtocol() {
  if (reader_ != nullptr) reader_->cancelAwait(detail::CancelCause::Cancelled);
}

StreamRead StreamProtocol::readLine(Duration within) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Line, kMaxLine, within);
}

StreamRead StreamProtocol::readExactly(std::size_t count, Duration within) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Exactly, count, within);
}

StreamRead StreamProtocol::readUntil(std::string_view delimiter, std::size_t limit,
                                     Duration within) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Until, limit, within, delimiter);
}

StreamRead StreamProtocol::readSome(Duration within) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Some, 0, within);
}

void StreamProtocol::connectionMade() {
  spawn([this] {
    return serve().addCallback(whileConnected([this] { transport->loseConnection(); }));
  });
}

void StreamProtocol::dataReceived(std::string_view data) {
  gaveBack_ = false;
  inbox_.append(data);
  if (reader_ != nullptr) reader_->changed();
  pauseOrResume();
  // The reader waits for the rest.
  if (reader_ != nullptr && detail::abortsForMemory(*transport, inbox_.size())) {
    inbox_.drop(inbox_.size());
  }
}

void StreamProtocol::readConnectionLost() {
  readEnded_ = true;
  if (reader_ != nullptr) reader_->changed();
}

void StreamProtocol::drainRequested() { StreamProtocol::readConnectionLost(); }

void StreamProtocol::setReader(StreamRead* reader) {
  reader_ = reader;
  if (readLimit_) readLimit_->stop();
  pauseOrResume();
}

void StreamProtocol::makeReadLimit(Duration within) {
  if (within < Duration::zero()) throw NegativeDelay();
  if (readLimit_) return;
  readLimit_ = std::make_unique<Timeout>(*this, [this] { reader_->timedOut(); });
}

void StreamProtocol::take(std::size_t count) {
  inbox_.drop(count);
  pauseOrResume();
}

std::string StreamProtocol::takeUnread() {
  std::string unread(inbox_.bytes());
  take(unread.size());
  if (reader_ != nullptr) reader_->searchAgain();
  return unread;
}

// While the peer does not take the output, the unread input waits in the transport, which delivers
// it again later. Returns true if there is any.
bool StreamProtocol::givesBack() {
  if (inbox_.size() == 0 || !transport->isBlocked()) return gaveBack_;
  transport->unread(takeUnread());
  gaveBack_ = true;
  return true;
}

void StreamProtocol::pauseOrResume() {
  const bool isUnread = reader_ == nullptr && inbox_.size() > 0;
  const std::size_t most = isUnread && isMemoryShort() ? 0 : kMaxUnread;
  if (isPaused_) {
    if (isUnread && inbox_.size() > most / 2) return;
    isPaused_ = false;
    transport->resumeProducing();
  } else if (isUnread && inbox_.size() > most) {
    isPaused_ = true;
    transport->pauseProducing();
  }
}

}  // namespace ropewalk
