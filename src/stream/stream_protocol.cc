#include "ropewalk/stream_protocol.h"

#include "ropewalk/transport.h"
#include "stream/short_memory.h"

namespace ropewalk {

using detail::StreamRead;

StreamProtocol::StreamProtocol(LineEnding ending) noexcept : ending_(ending) {}

// A coroutine that does not belong to this connection may still be reading from it.
StreamProtocol::~StreamProtocol() {
  if (reader_ != nullptr) reader_->cancelAwait(detail::CancelCause::Cancelled);
}

StreamRead StreamProtocol::readLine() noexcept {
  return StreamRead(*this, StreamRead::Wanted::Line, kMaxLine);
}

StreamRead StreamProtocol::readExactly(std::size_t count) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Exactly, count);
}

StreamRead StreamProtocol::readUntil(std::string_view delimiter, std::size_t limit) noexcept {
  return StreamRead(*this, StreamRead::Wanted::Until, limit, delimiter);
}

StreamRead StreamProtocol::readSome() noexcept {
  return StreamRead(*this, StreamRead::Wanted::Some, 0);
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
  pauseOrResume();
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
