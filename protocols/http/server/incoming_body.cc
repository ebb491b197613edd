#include "http/server/incoming_body.h"

#include <utility>

namespace ropewalk::http::server {

void IncomingBody::append(std::string_view piece) {
  waiting_.append(piece);
  wakeReader();
}

void IncomingBody::end() {
  ended_ = true;
  wakeReader();
}

void IncomingBody::fail(Failure why) {
  if (ended_) return;
  failure_ = std::move(why);
  wakeReader();
}

std::optional<std::string> IncomingBody::take() {
  if (!waiting_.empty()) return std::exchange(waiting_, std::string());
  if (failure_) failure_.raise();
  return std::nullopt;
}

// Last in its callers: the reader goes on before this returns.
void IncomingBody::wakeReader() {
  if (Request::BodyRead* const reader = std::exchange(reader_, nullptr)) reader->resume();
}

}  // namespace ropewalk::http::server
