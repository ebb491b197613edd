#include "ropewalk/http/body_writer.h"

#include <cassert>
#include <utility>

#include "http/connection.h"
#include "http/exchange.h"
#include "ropewalk/error.h"

namespace ropewalk::http {

void BodyWriter::write(std::string_view bytes) { exchange_.write(bytes); }

void BodyWriter::write(FilePart part) { exchange_.write(std::move(part)); }

void BodyWriter::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (!exchange_.isStreaming()) return producer->stopProducing();
  exchange_.flow().setProducer(std::move(producer), streaming);
}

void BodyWriter::unregisterProducer() {
  if (exchange_.isStreaming()) exchange_.flow().clearProducer();
}

std::shared_ptr<BodyWriter> BodyWriter::handle() { return {exchange_.shared_from_this(), this}; }

bool BodyWriter::isConnected() const noexcept { return exchange_.transport()->isConnected(); }

bool BodyWriter::Drained::ready() const noexcept {
  return isOver() || !exchange_->flow().isPaused();
}

// Where nothing is sent there is always room: whoever writes for as long as there is any has to
// hear of the end.
void BodyWriter::Drained::result() const {
  if (isOver()) throw CancelledError();
}

bool BodyWriter::Drained::isOver() const noexcept {
  const bool isItsTurn = who_ == Who::End ? exchange_->isEnding() : exchange_->isStreaming();
  return !isItsTurn || exchange_->transport()->isDisconnecting();
}

void BodyWriter::Drained::wait() noexcept {
  assert(!exchange_->flow().isWaitedFor() && "two drained() of one BodyWriter at a time");
  exchange_->flow().setDrained(this);
}

void BodyWriter::Drained::cancelAwait(ropewalk::detail::CancelCause) noexcept {
  exchange_->flow().setDrained(nullptr);
  raiseCancelled();
}

}  // namespace ropewalk::http
