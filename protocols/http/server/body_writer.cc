#include "ropewalk/http/body_writer.h"

#include <stdexcept>
#include <utility>

#include "http/server/exchange.h"
#include "ropewalk/error.h"

namespace ropewalk::http {

void BodyWriter::write(std::string_view bytes) { exchange_.write(bytes); }

void BodyWriter::write(FilePart part) { exchange_.write(std::move(part)); }

void BodyWriter::registerProducer(const std::shared_ptr<Producer>& producer, Streaming streaming) {
  if (!producer) throw std::invalid_argument("http::BodyWriter::registerProducer: no producer");
  exchange_.registerProducer(producer, streaming);
}

void BodyWriter::unregisterProducer() { exchange_.unregisterProducer(); }

std::shared_ptr<BodyWriter> BodyWriter::handle() { return {exchange_.shared(), this}; }

bool BodyWriter::isConnected() const noexcept { return exchange_.isConnected(); }

bool BodyWriter::Drained::isOver() const noexcept {
  const bool mayWrite = waitsForEnd_ || exchange_.isStreaming();
  return !mayWrite || exchange_.carrier().state() != server::Carrier::State::Open;
}

bool BodyWriter::Drained::ready() noexcept {
  wasOver_ = isOver();
  return wasOver_ || exchange_.hasRoom();
}

void BodyWriter::Drained::wait() { exchange_.awaitRoom(*this); }

// A body that is over always has room. Without an exception, a coroutine that writes and awaits
// drained() in a loop would run for ever.
void BodyWriter::Drained::result() const {
  if (wasOver_) throw CancelledError();
}

void BodyWriter::Drained::roomAvailable() noexcept {
  wasOver_ = isOver();
  resumeSoon();
}

void BodyWriter::Drained::roomLost() noexcept { raiseCancelled(); }

void BodyWriter::Drained::cancelAwait(ropewalk::detail::CancelCause) noexcept {
  exchange_.forgetRoom(*this);
  raiseCancelled();
}

}  // namespace ropewalk::http
