#include "reactor/sim/host.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace ropewalk::detail {

namespace {

// As Linux has them.
constexpr std::uint16_t kFirstEphemeralPort = 32768;
constexpr std::uint16_t kLastEphemeralPort = 60999;

using Bytes = std::array<std::uint8_t, 16>;

Address addressOf(Address::Family family, const Bytes& bytes, std::uint16_t port) {
  return Address::fromBytes(family, bytes.data(), port);
}

bool isAny(const Address& address) {
  return address.withPort(0) == addressOf(address.family(), {}, 0);
}

Address loopback(Address::Family family) {
  if (family == Address::Family::IPv4) return addressOf(family, {127, 0, 0, 1}, 0);
  Bytes bytes{};
  bytes[15] = 1;
  return addressOf(family, bytes, 0);
}

bool isLoopback(const Address& address) {
  if (address.family() == Address::Family::IPv4) return address.bytes()[0] == 127;
  return address.withPort(0) == loopback(Address::Family::IPv6);
}

// Whether a listener at `listening` hears what is sent to `address`. "::" hears IPv4 too.
bool hears(const Address& listening, const Address& address) {
  if (listening.port() != address.port()) return false;
  if (listening == address) return true;
  if (!isAny(listening)) return false;
  return listening.family() == address.family() || listening.family() == Address::Family::IPv6;
}

}  // namespace

SimHost::SimHost(std::string name, std::size_t number)
    : name_(std::move(name)), number_(number), lastPort_(kLastEphemeralPort) {}

Address SimHost::address(Address::Family family, std::uint16_t port) const {
  const auto last = static_cast<std::uint8_t>(number_);
  if (family == Address::Family::IPv4) return addressOf(family, {10, 0, 0, last}, port);
  Bytes bytes{0xfd};
  bytes[15] = last;
  return addressOf(Address::Family::IPv6, bytes, port);
}

bool SimHost::has(const Address& wanted) const {
  return isAny(wanted) || isLoopback(wanted) || wanted.withPort(0) == address(wanted.family(), 0);
}

Address SimHost::addressTowards(const Address& peer) const {
  if (isAny(peer) || isLoopback(peer)) return loopback(peer.family());
  return address(peer.family(), 0);
}

std::uint16_t SimHost::freePort() {
  const auto next = static_cast<std::uint16_t>(lastPort_ + 1);
  std::uint16_t port = freePortBetween(next, kLastEphemeralPort);
  if (port == 0) port = freePortBetween(kFirstEphemeralPort, lastPort_);
  if (port != 0) lastPort_ = port;
  return port;
}

std::uint16_t SimHost::freePortBetween(std::uint16_t first, std::uint16_t last) const {
  for (;;) {
    const std::uint16_t port = clientPorts_.firstMissing(first, last);
    if (port == 0 || canBind(addressOf(Address::Family::IPv6, {}, port)) == 0) return port;
    first = static_cast<std::uint16_t>(port + 1);
  }
}

int SimHost::canBind(const Address& wanted) const {
  if (!has(wanted)) return EADDRNOTAVAIL;
  if (clientPorts_.contains(wanted.port())) return EADDRINUSE;
  const auto ofPort = listeners_.find(wanted.port());
  if (ofPort == listeners_.end()) return 0;
  const bool taken = std::ranges::any_of(ofPort->second, [&](const auto& weak) {
    const auto listener = weak.lock();
    return listener && (hears(listener->address(), wanted) || hears(wanted, listener->address()));
  });
  return taken ? EADDRINUSE : 0;
}

std::shared_ptr<SimListener> SimHost::listen(const Address& address, int backlog) {
  std::vector<std::weak_ptr<SimListener>>& ofPort = listeners_[address.port()];
  std::erase_if(ofPort, [](const auto& each) { return each.expired(); });
  auto listener = std::make_shared<SimListener>(address, backlog);
  ofPort.push_back(listener);
  return listener;
}

std::shared_ptr<SimListener> SimHost::listenerAt(const Address& address) const {
  std::shared_ptr<SimListener> best;
  const auto ofPort = listeners_.find(address.port());
  if (ofPort == listeners_.end()) return best;
  for (const auto& weak : ofPort->second) {
    auto listener = weak.lock();
    if (!listener || !hears(listener->address(), address)) continue;
    if (listener->address() == address) return listener;
    // canBind() lets no two wildcards overlap.
    best = std::move(listener);
  }
  return best;
}

std::vector<std::uint16_t> SimHost::listeningPorts() const {
  std::vector<std::uint16_t> ports;
  for (const auto& [port, ofPort] : listeners_) {
    for (const auto& weak : ofPort) {
      if (!weak.expired()) ports.push_back(port);
    }
  }
  return ports;
}

sim::Firewall SimHost::firewall(std::uint16_t port) const {
  const auto found = firewall_.find(port);
  return found == firewall_.end() ? sim::Firewall::Open : found->second;
}

std::string SimEnd::label() const {
  return (host != nullptr ? host->name() : address.host()) + ':' + std::to_string(address.port());
}

bool SimHost::takeDescriptor() noexcept {
  if (descriptors_ >= descriptorLimit) return false;
  ++descriptors_;
  return true;
}

}  // namespace ropewalk::detail
