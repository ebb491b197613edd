#include "reactor/sim/wires.h"

#include <algorithm>
#include <cstdint>

#include "reactor/sim/host.h"

namespace ropewalk::detail {

SimWires::Pair SimWires::pairOf(const SimHost& a, const SimHost& b) noexcept {
  return std::minmax({a.number(), b.number()});
}

void SimWires::setDelay(const SimHost& a, const SimHost& b, const sim::Delay& delay) {
  delays_[pairOf(a, b)] = delay;
}

void SimWires::setBandwidth(const SimHost& a, const SimHost& b, std::size_t bandwidth) {
  bandwidths_[pairOf(a, b)] = bandwidth;
}

TimePoint SimWires::arrival(TimePoint now, const SimHost& from, const SimHost& to,
                            std::size_t bytes, sim::Random& random) {
  const sim::Delay& delay = delayBetween(from, to);
  const TimePoint there = later(sent(now, from, to, bytes), delay.fixed);
  if (delay.jitter <= Duration::zero()) return there;
  return later(there, Duration(static_cast<Duration::rep>(
                          random.below(static_cast<std::uint64_t>(delay.jitter.count()) + 1))));
}

// When the last byte is on the wire: behind those that are being sent already.
TimePoint SimWires::sent(TimePoint now, const SimHost& from, const SimHost& to, std::size_t bytes) {
  const std::size_t bandwidth = bandwidthBetween(from, to);
  if (bandwidth == 0 || bytes == 0) return now;
  const std::uint64_t nanoseconds = bytes * std::uint64_t{1'000'000'000} / bandwidth;
  TimePoint& free = free_[{from.number(), to.number()}];
  free = later(std::max(now, free), Duration(static_cast<Duration::rep>(nanoseconds)));
  return free;
}

std::size_t SimWires::packetSize(const SimHost& from, const SimHost& to) const {
  // What Linux makes of a large write where nothing holds it back: few packets of many segments. On
  // a slow wire the single segments of an Ethernet show.
  return bandwidthBetween(from, to) == 0 ? 64 * 1024 : 1460;
}

const sim::Delay& SimWires::delayBetween(const SimHost& from, const SimHost& to) const {
  if (delays_.empty()) return delay_;
  const auto found = delays_.find(pairOf(from, to));
  return found == delays_.end() ? delay_ : found->second;
}

std::size_t SimWires::bandwidthBetween(const SimHost& from, const SimHost& to) const {
  if (&from == &to) return 0;
  if (bandwidths_.empty()) return bandwidth_;
  const auto found = bandwidths_.find(pairOf(from, to));
  return found == bandwidths_.end() ? bandwidth_ : found->second;
}

}  // namespace ropewalk::detail
