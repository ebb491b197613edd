#include "ropewalk/http/body_writer.h"

#include <stdexcept>
#include <utility>

#include "http/server/exchange.h"
#include "http/server/http1_connection.h"

namespace ropewalk::http {

void BodyWriter::write(std::string_view bytes) { exchange_.write(bytes); }

void BodyWriter::write(FilePart part) { exchange_.write(std::move(part)); }

void BodyWriter::registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) {
  if (!producer) throw std::invalid_argument("http::BodyWriter::registerProducer: no producer");
  exchange_.registerProducer(std::move(producer), streaming);
}

void BodyWriter::unregisterProducer() { exchange_.unregisterProducer(); }

std::shared_ptr<BodyWriter> BodyWriter::handle() { return {exchange_.shared_from_this(), this}; }

bool BodyWriter::isConnected() const noexcept { return exchange_.transport()->isConnected(); }

BodyWriter::Drained::Drained(server::Exchange& exchange) noexcept
    : ropewalk::detail::RoomAwaiter(*exchange.transport()), exchange_(exchange) {}

bool BodyWriter::Drained::isOver() const noexcept { return !exchange_.isStreaming(); }

}  // namespace ropewalk::http
