#include "reactor/sim/sim_driver.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/sim/acceptor.h"
#include "reactor/sim/channel.h"
#include "ropewalk/error.h"

namespace ropewalk::detail {

namespace {

// Loopback, and the networks that simulated hosts are in. There is no way out of them.
bool isRouted(const SimHost& host, const Address& address) {
  if (host.has(address)) return true;
  const std::uint8_t* bytes = address.bytes();
  const Address ours = host.address(address.family(), 0);
  const int network = address.family() == Address::Family::IPv4 ? 3 : 15;
  return std::equal(bytes, bytes + network, ours.bytes());
}

}  // namespace

SimDriver::SimDriver(std::shared_ptr<SimNetwork> network, SimHost& host, Clockwork clockwork)
    : network_(std::move(network)),
      host_(host),
      clockwork_(clockwork),
      random_(network_->seed() ^ (host.number() << 32)) {}

bool SimDriver::wait(bool block) {
  for (;;) {
    network_->deliverDue();
    const bool dispatched =
        host_.ready.dispatch(network_->shuffles ? &network_->random() : nullptr);
    const bool woken = woken_.exchange(false);
    idle_ = block && !dispatched && !woken && !alarmRings();
    if (!idle_ || clockwork_ == Clockwork::World) return true;
    const TimePoint next = std::min(network_->nextArrival(), alarm_);
    if (next == TimePoint::max()) return false;
    network_->setNow(next);
  }
}

// Once: whoever still wants one sets it again.
bool SimDriver::alarmRings() noexcept {
  if (alarm_ > network_->now()) return false;
  alarm_ = TimePoint::max();
  return true;
}

Listening SimDriver::listen(const Address& wanted, const ListenOptions& options) {
  Address address = wanted;
  if (address.port() == 0) address = address.withPort(host_.freePort());
  if (const int error = host_.canBind(address)) return {.acceptor = nullptr, .error = error};
  if (!host_.takeDescriptor()) return {.acceptor = nullptr, .error = EMFILE};
  return {.acceptor = std::make_unique<SimAcceptor>(
              network_, host_, host_.listen(address, options.backlog), options),
          .error = 0};
}

Connecting SimDriver::connect(const Address& peer, const Address& bind,
                              const ConnectOptions& options) {
  const bool anywhere = bind.family() == Address::Family::None;
  const bool bound = !anywhere || bind.port() != 0;
  if (!isRouted(host_, peer)) return {.channel = nullptr, .error = ENETUNREACH, .binding = false};
  if (!anywhere && bind.family() != peer.family()) {
    return {.channel = nullptr, .error = EINVAL, .binding = true};
  }
  Address local = anywhere ? host_.addressTowards(peer).withPort(bind.port()) : bind;
  if (local.port() == 0) local = local.withPort(host_.freePort());
  if (const int error = local.port() == 0 ? EADDRNOTAVAIL : host_.canBind(local)) {
    return {.channel = nullptr, .error = error, .binding = bound};
  }
  if (!host_.takeDescriptor()) return {.channel = nullptr, .error = EMFILE, .binding = false};
  SimHost* const server = network_->hostAt(peer, host_);
  const auto link = std::make_shared<SimLink>(*network_, host_, local, server, peer);
  network_->add(link);
  host_.usePort(local.port());
  auto channel = std::make_unique<SimChannel>(network_, link, link->client(), options.tcpNoDelay,
                                              options.tcpKeepAlive);
  channel->ownPort();
  link->client().connect();
  return {.channel = std::move(channel), .error = 0, .binding = false};
}

std::unique_ptr<Lookup> SimDriver::lookUp(const std::string& name, LookupOwner& owner) {
  return std::make_unique<SimLookup>(network_->names, host_.ready, name, owner, now());
}

sys::NameAnswer SimDriver::lookUpNow(const std::string& name) {
  return network_->names.answer(name);
}

std::unique_ptr<Watch> SimDriver::watch(int, WatchOwner&) {
  throw Error("a simulated host has no descriptors of the process");
}

std::unique_ptr<Driver> makeSimDriver(std::uint64_t seed) {
  auto network = std::make_shared<SimNetwork>(seed);
  SimHost& host = network->addHost("localhost");
  return std::make_unique<SimDriver>(std::move(network), host, SimDriver::Clockwork::Own);
}

}  // namespace ropewalk::detail
