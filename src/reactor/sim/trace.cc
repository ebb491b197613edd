// Events are hashed number by number, never as text, and in the same way on every machine.

#include "reactor/sim/trace.h"

#include <cstdio>

namespace ropewalk::detail {

namespace {

// One step of a hash. Both parameters are permuted, so neither can hide what the other has changed.
constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t number) noexcept {
  hash = (hash ^ number) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 32);
}

constexpr std::size_t kStep = sizeof(std::uint64_t);

// `count` bytes, at most kStep, the first one lowest.
inline std::uint64_t numberOf(const char* bytes, std::size_t count) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

const char* nameOf(SimPacket::Kind kind) noexcept {
  static constexpr const char* kNames[] = {"syn",    "syn-ack", "established", "refused", "data",
                                           "window", "fin",     "reset",       "retry"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string textOf(Duration sinceStart) {
  const auto nanoseconds = static_cast<long long>(sinceStart.count());
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%09lld", nanoseconds / 1'000'000'000,
                nanoseconds % 1'000'000'000);
  return text;
}

}  // namespace

std::uint64_t SimTrace::hashOf(std::string_view bytes) noexcept {
  std::uint64_t hash = mixed(0, bytes.size());
  for (; bytes.size() >= kStep; bytes.remove_prefix(kStep)) {
    hash = mixed(hash, numberOf(bytes.data(), kStep));
  }
  return bytes.empty() ? hash : mixed(hash, numberOf(bytes.data(), bytes.size()));
}

void SimTrace::packetArrived(Duration sinceStart, const SimEnd& from, const SimEnd& to,
                             const SimPacket& packet) {
  mix(static_cast<std::uint64_t>(sinceStart.count()));
  mix(1 + static_cast<std::uint64_t>(packet.kind));
  mix(from);
  mix(to);
  mix(packet.hash);
  keep({.when = sinceStart,
        .kind = packet.kind,
        .from = from,
        .to = to,
        .size = packet.size,
        .bytes = packet.hash});
}

void SimTrace::note(Duration sinceStart, std::string_view what) {
  mix(static_cast<std::uint64_t>(sinceStart.count()));
  mix(0);
  mix(hashOf(what));
  notes_.emplace_back(what);
  keep({.when = sinceStart, .kind = {}, .from = {}, .to = {}});
}

void SimTrace::mix(std::uint64_t number) noexcept { hash_ = mixed(hash_, number); }

void SimTrace::mix(const SimEnd& end) noexcept {
  mix((end.host != nullptr ? end.host->number() : 0) << 16 | end.address.port());
  if (end.host == nullptr) mix(hashOf({reinterpret_cast<const char*>(end.address.bytes()), 16}));
}

void SimTrace::keep(const Event& event) {
  if (events_.size() < kKept) return events_.push_back(event);
  Event& place = events_[oldest_];
  if (!place.kind) notes_.pop_front();
  place = event;
  oldest_ = (oldest_ + 1) % kKept;
}

std::vector<std::string> SimTrace::lines(std::size_t most) const {
  std::vector<std::string> lines;
  auto note = notes_.begin();
  const std::size_t count = events_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Event& event = events_[(oldest_ + i) % count];
    const bool isWanted = count - i <= most;
    const std::string* const words = event.kind ? nullptr : &*note++;
    if (!isWanted) continue;
    lines.push_back(textOf(event.when) + ' ' + (words != nullptr ? *words : text(event)));
  }
  return lines;
}

std::string SimTrace::text(const Event& event) {
  std::string line = event.from.label() + " > " + event.to.label() + ' ' + nameOf(*event.kind);
  if (*event.kind != SimPacket::Kind::Data) return line;
  char text[64];
  std::snprintf(text, sizeof text, " %zu bytes, %016llx", event.size,
                static_cast<unsigned long long>(event.bytes));
  return line + text;
}

}  // namespace ropewalk::detail
