#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "ropewalk/reactor_time.h"
#include "ropewalk/sim/conditions.h"
#include "ropewalk/sim/random.h"

namespace ropewalk::detail {

class SimHost;

// What lies between simulated hosts: how long a packet is under way.
//
// Each direction between two hosts is a wire of its own, on which the bytes of all connections
// stand in one line.
class SimWires {
 public:
  using Pair = std::pair<std::size_t, std::size_t>;

  // The same for both directions.
  static Pair pairOf(const SimHost& a, const SimHost& b) noexcept;

  void setDelay(const sim::Delay& delay) noexcept { delay_ = delay; }
  void setDelay(const SimHost& a, const SimHost& b, const sim::Delay& delay);

  // Bytes per second; 0 for no limit.
  void setBandwidth(std::size_t bandwidth) noexcept { bandwidth_ = bandwidth; }
  void setBandwidth(const SimHost& a, const SimHost& b, std::size_t bandwidth);

  // When a packet of so many bytes of data that is sent now is there.
  TimePoint arrival(TimePoint now, const SimHost& from, const SimHost& to, std::size_t bytes,
                    sim::Random& random);

  // How many bytes of data a packet holds at most.
  std::size_t packetSize(const SimHost& from, const SimHost& to) const;

 private:
  const sim::Delay& delayBetween(const SimHost& from, const SimHost& to) const;
  std::size_t bandwidthBetween(const SimHost& from, const SimHost& to) const;
  TimePoint sent(TimePoint now, const SimHost& from, const SimHost& to, std::size_t bytes);

  sim::Delay delay_;
  std::map<Pair, sim::Delay> delays_;
  std::size_t bandwidth_ = 0;
  std::map<Pair, std::size_t> bandwidths_;
  std::map<Pair, TimePoint> free_;  // from, to: when the wire has taken all that was sent
};

}  // namespace ropewalk::detail
