#include "reactor/sim/link.h"

#include <algorithm>
#include <utility>

#include "reactor/sim/host.h"

namespace ropewalk::detail {

bool SimLink::isBetween(std::size_t lowHost, std::size_t highHost) const noexcept {
  if (!server_.hasHost()) return false;
  const std::size_t a = client_.host().number();
  const std::size_t b = server_.host().number();
  return std::min(a, b) == lowHost && std::max(a, b) == highHost;
}

void SimLink::forget(const SimHost& host) noexcept {
  for (SimSocket* const end : {&client_, &server_}) {
    if (end->hasHost() && &end->host() == &host) end->forget();
  }
}

void SimLink::cut() {
  client_.arrive({.kind = SimPacket::Kind::Reset});
  server_.arrive({.kind = SimPacket::Kind::Reset});
}

}  // namespace ropewalk::detail
