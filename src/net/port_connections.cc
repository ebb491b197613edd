#include "net/port_connections.h"

#include <string>

#include "log/tell_if_possible.h"
#include "net/tcp_port.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

PortConnections::PortConnections(TcpPort& port, ReactorCore& core, const ListenOptions& options)
    : port_(&port), core_(core), limits_(options.limits), most_(options.maxConnections) {}

bool PortConnections::makeRoom() noexcept {
  // More than one may be needed, because open files that are being sent use descriptors too.
  constexpr int kMostAtOnce = 16;
  if (!isFull()) return true;
  const bool hadMost = hasMost();
  bool anyEnded = true;
  for (int ended = 0; ended < kMostAtOnce && anyEnded && isFull(); ++ended) {
    anyEnded = hasMost() ? core_.turn().evict(idle_) : core_.turn().evict();
  }
  const bool madeRoom = !isFull();
  logFull(hadMost, madeRoom);
  return madeRoom;
}

void PortConnections::logFull(bool hadMost, bool madeRoom) noexcept {
  constexpr Duration kQuiet = 60s;
  const TimePoint now = core_.reactor().now();
  if (now < quietUntil_) return;
  quietUntil_ = now + kQuiet;
  tellIfPossible([&] {
    const std::string limit =
        hadMost ? "maxConnections, " + std::to_string(most_)
                : "RLIMIT_NOFILE, " + std::to_string(core_.driver().descriptorLimit());
    logWarning("{} has reached its limit of connections ({}): {}", port_->getHost().text(), limit,
               madeRoom ? "idle ones are closed for new ones" : "new ones wait in the backlog");
  });
}

void PortConnections::connectionEnded(const Failure&) noexcept {
  --open_;
  if (port_ != nullptr) port_->connectionEnded();
}

}  // namespace ropewalk::detail
