#include "ropewalk/http/body_writer.h"

#include <cassert>
#include <utility>

#include "http/connection.h"
#include "http/exchange.h"

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
  return !exchange_->isStreaming() || !exchange_->flow().isPaused();
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
