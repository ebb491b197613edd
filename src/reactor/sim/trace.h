#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/sim/host.h"
#include "reactor/sim/packet.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// What happened in a simulated world: the last events, and a number that stands for all of them.
//
// Events are hashed and kept as numbers. lines() makes the words, so that a run whose trace is not
// read prints nothing.
class SimTrace {
 public:
  // How many events are kept. The hash is of all of them.
  static constexpr std::size_t kKept = 1000;

  // `packet` arrives at `to`. The hosts of both ends must outlive this.
  void packetArrived(Duration sinceStart, const SimEnd& from, const SimEnd& to,
                     const SimPacket& packet);

  // An event that is words to begin with.
  void note(Duration sinceStart, std::string_view what);

  // A number for `bytes`, the same on every machine.
  static std::uint64_t hashOf(std::string_view bytes) noexcept;

  std::uint64_t hash() const noexcept { return hash_; }

  // The last `most` of the events that are kept, a line each: "seconds what".
  std::vector<std::string> lines(std::size_t most = kKept) const;

 private:
  struct Event {
    Duration when;
    std::optional<SimPacket::Kind> kind;  // empty: the next one of notes_
    SimEnd from;
    SimEnd to;
    std::size_t size = 0;     // of the data, in bytes
    std::uint64_t bytes = 0;  // their hash
  };

  void keep(const Event& event);
  void mix(std::uint64_t number) noexcept;
  void mix(const SimEnd& end) noexcept;
  static std::string text(const Event& event);

  std::uint64_t hash_ = 0;
  std::vector<Event> events_;      // at most kKept; the oldest one is replaced then
  std::size_t oldest_ = 0;         // where that is
  std::deque<std::string> notes_;  // of the events without a kind, in their order
};

}  // namespace ropewalk::detail
