#include "reactor/sim/network.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "reactor/sim/link.h"
#include "reactor/sim/socket.h"

namespace ropewalk::detail {

SimNetwork::SimNetwork(std::uint64_t seed, TimePoint start)
    : seed_(seed), random_(seed), start_(start) {}
SimNetwork::~SimNetwork() = default;

SimHost& SimNetwork::addHost(std::string name) {
  assert(hosts_.size() < 254);
  hosts_.push_back(std::make_unique<SimHost>(std::move(name), hosts_.size() + 1));
  names.set(hosts_.back()->name(), {hosts_.back()->address(Address::Family::IPv4, 0)});
  return *hosts_.back();
}

SimHost* SimNetwork::hostAt(const Address& address, SimHost& from) noexcept {
  if (from.has(address)) return &from;
  const std::size_t number = address.bytes()[address.family() == Address::Family::IPv4 ? 3 : 15];
  if (number == 0 || number > hosts_.size()) return nullptr;
  SimHost& host = *hosts_[number - 1];
  return host.address(address.family(), address.port()) == address ? &host : nullptr;
}

TimePoint SimNetwork::nextArrival() const noexcept {
  const TimePoint packet = arrivals_.empty() ? TimePoint::max() : arrivals_.nextTime();
  return std::min(packet, names.nextArrival());
}

void SimNetwork::setNow(TimePoint when) noexcept {
  assert(when >= now_);
  now_ = when;
}

void SimNetwork::deliverDue() {
  // What is sent without delay in answer waits for the next time, so that two kernels cannot keep
  // us here.
  const std::uint64_t before = arrivals_.count();
  names.deliver(now_);
  while (!arrivals_.empty() && arrivals_.nextTime() <= now_ && arrivals_.isNextAmong(before)) {
    SimArrival arrival = arrivals_.pop();
    if (!arrival.to->host().isOn()) {
      missed_.push_back(std::move(arrival));
      continue;
    }
    trace_.packetArrived(now_ - start_, arrival.to->peer().end(), arrival.to->end(),
                         arrival.packet);
    arrival.to->arrive(arrival.packet);
  }
}

void SimNetwork::carry(SimSocket& to, std::shared_ptr<SimLink> link, const SimPacket& packet) {
  const SimHost& from = to.peer().host();
  if (from.isOff()) return;
  if (partitions_.contains(SimWires::pairOf(from, to.host()))) {
    held_.push_back({now_, &to, std::move(link), packet});
    return;
  }
  to.lastArrival =
      std::max(to.lastArrival, wires.arrival(now_, from, to.host(), packet.size, random_));
  arrivals_.push({to.lastArrival, &to, std::move(link), packet});
}

void SimNetwork::remind(SimSocket& to, std::shared_ptr<SimLink> link, const SimPacket& packet,
                        Duration wait) {
  arrivals_.push({later(now_, wait), &to, std::move(link), packet});
}

void SimNetwork::partition(SimHost& a, SimHost& b) { partitions_.insert(SimWires::pairOf(a, b)); }

void SimNetwork::heal(SimHost& a, SimHost& b) {
  partitions_.erase(SimWires::pairOf(a, b));
  std::vector<SimArrival> held;
  held.swap(held_);
  for (SimArrival& one : held) carry(*one.to, std::move(one.link), one.packet);
}

void SimNetwork::suspend(SimHost& host) {
  note(host.name() + " stands still");
  host.power = SimHost::Power::Suspended;
}

void SimNetwork::powerOff(SimHost& host) {
  note(host.name() + " is gone");
  host.power = SimHost::Power::Off;
  for (const auto& weak : links_) {
    if (const auto link = weak.lock()) link->forget(host);
  }
}

void SimNetwork::powerOn(SimHost& host) {
  note(host.name() + " is back");
  host.power = SimHost::Power::On;
  std::vector<SimArrival> missed;
  missed.swap(missed_);
  for (SimArrival& one : missed) {
    if (&one.to->host() != &host) {
      missed_.push_back(std::move(one));
      continue;
    }
    one.when = now_;
    arrivals_.push(std::move(one));
  }
}

std::size_t SimNetwork::cut(std::size_t possible, std::size_t most) {
  const std::size_t limit = std::min(possible, std::max<std::size_t>(most, 1));
  return segmentation.random && limit > 1 ? random_.between(1, limit) : limit;
}

void SimNetwork::add(const std::shared_ptr<SimLink>& link) {
  // Swept when it has doubled: constant time per link.
  if (links_.size() == links_.capacity()) {
    std::erase_if(links_, [](const auto& weak) { return weak.expired(); });
    links_.reserve(links_.size() * 2 + 8);
  }
  links_.push_back(link);
  byClient_.emplace(link->client().address(), link.get());
}

void SimNetwork::remove(const SimLink& link) noexcept {
  const auto [first, last] = byClient_.equal_range(link.client().address());
  const auto found =
      std::find_if(first, last, [&](const auto& each) { return each.second == &link; });
  if (found != last) byClient_.erase(found);
}

std::size_t SimNetwork::reset(const SimHost& a, const SimHost& b) {
  const SimWires::Pair pair = SimWires::pairOf(a, b);
  std::size_t count = 0;
  for (const auto& weak : links_) {
    const auto link = weak.lock();
    if (link && link->isBetween(pair.first, pair.second)) count += cut(*link);
  }
  return count;
}

std::size_t SimNetwork::reset(const Address& a, const Address& b) {
  return resetFrom(a, b) + resetFrom(b, a);
}

std::size_t SimNetwork::resetFrom(const Address& client, const Address& server) {
  std::size_t count = 0;
  const auto [first, last] = byClient_.equal_range(client);
  for (auto each = first; each != last; ++each) {
    if (each->second->isBetween(client, server)) count += cut(*each->second);
  }
  return count;
}

// 1 if it was open, else 0.
std::size_t SimNetwork::cut(SimLink& link) {
  if (!link.isOpen()) return 0;
  note(link.client().end().label() + " <> " + link.server().end().label() + " cut");
  link.cut();
  return 1;
}

}  // namespace ropewalk::detail
