#include "ropewalk/http/body_writer.h"

#include "http/connection.h"
#include "http/exchange.h"

namespace ropewalk::http {

void BodyWriter::write(std::string_view bytes) { exchange_.write(bytes); }

bool BodyWriter::isConnected() const noexcept { return exchange_.transport()->isConnected(); }

bool BodyWriter::Drained::ready() const noexcept { return !exchange_->isPaused(); }

void BodyWriter::Drained::wait() noexcept { exchange_->setDrained(this); }

void BodyWriter::Drained::cancelAwait(ropewalk::detail::CancelCause) noexcept {
  exchange_->setDrained(nullptr);
  raiseCancelled();
}

}  // namespace ropewalk::http
