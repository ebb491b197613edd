#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reactor/sim/arrivals.h"
#include "reactor/sim/host.h"
#include "reactor/sim/names.h"
#include "reactor/sim/packet.h"
#include "reactor/sim/trace.h"
#include "reactor/sim/wires.h"
#include "ropewalk/address.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/sim/conditions.h"
#include "ropewalk/sim/random.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

class SimLink;
class SimSocket;

// The network between simulated hosts, and the time that passes there.
//
// Deterministic: everything that happens is in one queue, ordered by time and then by when it was
// put in; all chance comes from the seed; nothing depends on where an object lies in memory.
class SimNetwork {
 public:
  // Time begins at `start`: not at 0 unless told to, which may mean "never" to somebody.
  explicit SimNetwork(std::uint64_t seed, TimePoint start = TimePoint(1000s));
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;
  ~SimNetwork();

  std::uint64_t seed() const noexcept { return seed_; }
  TimePoint start() const noexcept { return start_; }
  TimePoint now() const noexcept { return now_; }
  sim::Random& random() noexcept { return random_; }

  // The n-th host is 10.0.0.n and fd00::n. At most 254.
  SimHost& addHost(std::string name);

  // The host that `address` means to `from`, or null: loopback addresses mean itself.
  SimHost* hostAt(const Address& address, SimHost& from) noexcept;

  // When the next packet arrives; TimePoint::max() if none is on its way.
  TimePoint nextArrival() const noexcept;

  // Lets everything arrive that is due. Calls nobody's code but the simulation's own.
  void deliverDue();

  // REQUIRES: `when` is not earlier than now.
  void setNow(TimePoint when) noexcept;

  // Puts `packet` on its way to `to`.
  void carry(SimSocket& to, std::shared_ptr<SimLink> link, const SimPacket& packet);

  // Has `packet` arrive at `to` after exactly `wait`, whatever the network is like.
  void remind(SimSocket& to, std::shared_ptr<SimLink> link, const SimPacket& packet, Duration wait);

  // Both directions, from now on.
  void partition(SimHost& a, SimHost& b);
  void heal(SimHost& a, SimHost& b);

  // A host that is not on: what arrives waits, as the peers would send it again and again. One that
  // is off has forgotten its connections when it comes back, and resets who still speaks of them.
  void suspend(SimHost& host);
  void powerOff(SimHost& host);
  void powerOn(SimHost& host);

  // How long packets are under way from now on.
  SimWires wires;
  SimNames names;

  sim::Segmentation segmentation;
  sim::Buffers buffers;
  bool shuffles = false;

  // How many of `possible` bytes are moved, where at most `most` are.
  std::size_t cut(std::size_t possible, std::size_t most);

  // Makes a connection findable by reset(), until remove().
  void add(const std::shared_ptr<SimLink>& link);
  void remove(const SimLink& link) noexcept;

  // Both ends of every connection between two hosts, or between two addresses, get a reset. Returns
  // how many were open.
  std::size_t reset(const SimHost& a, const SimHost& b);
  std::size_t reset(const Address& a, const Address& b);

  // One line of what happened.
  void note(std::string_view what) { trace_.note(now_ - start_, what); }
  const SimTrace& trace() const noexcept { return trace_; }

 private:
  std::size_t cut(SimLink& link);
  std::size_t resetFrom(const Address& client, const Address& server);

  // Declared before the members that own links, because a link removes itself from it in its
  // destructor.
  std::unordered_multimap<Address, SimLink*> byClient_;

  const std::uint64_t seed_;
  sim::Random random_;
  const TimePoint start_;
  TimePoint now_ = start_;
  std::vector<std::unique_ptr<SimHost>> hosts_;
  std::set<SimWires::Pair> partitions_;
  SimArrivals arrivals_;
  std::vector<SimArrival> held_;    // by a partition, in order
  std::vector<SimArrival> missed_;  // by hosts that are not on, in order
  std::vector<std::weak_ptr<SimLink>> links_;
  SimTrace trace_;
};

}  // namespace ropewalk::detail
