#include "ropewalk/stream_protocol.h"

#include "ropewalk/transport.h"

namespace ropewalk {

using detail::StreamRead;

StreamProtocol::StreamProtocol(LineEnding ending) noexcept : ending_(ending) {}

// A coroutine that does not belong to this connection may have been reading.
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
  spawn([this, connection = transport] {
    return serve().addCallback([connection] { connection->loseConnection(); });
  });
}

void StreamProtocol::dataReceived(std::string_view data) {
  inbox_.append(data);
  if (reader_ != nullptr) reader_->changed();
  pauseOrResume();
}

void StreamProtocol::readConnectionLost() {
  readEnded_ = true;
  if (reader_ != nullptr) reader_->changed();
}

void StreamProtocol::setReader(StreamRead* reader) {
  reader_ = reader;
  pauseOrResume();
}

void StreamProtocol::take(std::size_t count) {
  inbox_.drop(count);
  pauseOrResume();
}

void StreamProtocol::pauseOrResume() {
  if (isPaused_) {
    if (reader_ == nullptr && inbox_.size() > kMaxUnread / 2) return;
    isPaused_ = false;
    transport->resumeProducing();
  } else if (reader_ == nullptr && inbox_.size() > kMaxUnread) {
    isPaused_ = true;
    transport->pauseProducing();
  }
}

}  // namespace ropewalk
