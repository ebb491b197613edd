#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor_time.h"
#include "ropewalk/sim/conditions.h"
#include "ropewalk/sim/host.h"
#include "ropewalk/sim/random.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {
class SimNetwork;
class Timeline;
}  // namespace ropewalk::detail

namespace ropewalk::sim {

/// Hosts, a network between them, and time that passes when you say so: unmodified servers and
/// clients run in it, without sockets and without waiting.
///
///   sim::World world(/*seed=*/7);
///   world.host("server").run([] { reactor().listenTCP(8001, chatFactory()); });
///   auto talker = world.host("client").connect<sim::Recorder>("server", 8001);
///   world.advance(61s);
///   CHECK(talker->lost());
///
/// Everything above the kernel is the product's own code; simulated are the kernel (as Linux
/// behaves: buffers, backlogs, resets, half-close, errnos) and the wire. A packet between two hosts
/// takes no time unless setDelay() and setBandwidth() say so.
///
/// Order: the same seed and the same program give the same run, packet by packet, in every process:
/// compare traceHash().
/// Threads: one World per thread at a time. Reactor::callFromThread() works; its call runs the next
/// time that time is moved.
/// Errors: with a World alive, reactor() outside of every host throws, so that no code under test
/// reaches the real network by mistake. Time cannot be moved from inside a callback: that throws
/// Error. NoProgress, if things happen for ever without time moving: see setRoundLimit().
/// Limits: 254 hosts. No packet is lost, doubled or reordered; simulated kernels send no keep-alive
/// probes and never give up on a peer that does not answer.
class World {
 public:
  /// Every host's clock starts at `start`, from 0 to thirty years: where counters overflow, say.
  explicit World(std::uint64_t seed = 1, TimePoint start = TimePoint(1000s));
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Stops every host, in the order in which they were made. During an exception, prints what
  /// story() says to stderr; within explore(), tells it to that.
  ~World();

  std::uint64_t seed() const noexcept;

  /// The host called `name`, which is made on first use. The reference is good as long as the
  /// World. While that is being destroyed, throws Error for a host that it has stopped already, and
  /// makes no more.
  Host& host(std::string_view name);

  /// The time on every host's clock.
  TimePoint now() const noexcept;

  /// Lets `amount` pass, with everything that happens meanwhile. 0s: what can happen at this
  /// moment. Duration::max(): up to the end of time, after 292 years, step by step: with a call
  /// that comes every second, for hours.
  void advance(Duration amount);

  /// Gives each host that has something to do one turn, and lets arrive what is due. False if there
  /// was nothing to do at this moment.
  bool turn();

  /// Moves time until `predicate()` holds, which is asked after each round of turns; no further
  /// than `limit` from now. Returns what it said last.
  bool runUntil(UniqueFunction<bool()> predicate, Duration limit = 1h);

  /// Moves time until nothing is in flight between hosts and every host only waits for timers.
  /// Timers that become due meanwhile run; it does not wait for others.
  void runUntilIdle();

  /// How long packets take that are sent from now on: between any two hosts, or between these two,
  /// both ways.
  void setDelay(const Delay& delay);
  void setDelay(Duration delay) { setDelay(Delay{.fixed = delay}); }
  void setDelay(std::string_view a, std::string_view b, const Delay& delay);
  void setDelay(std::string_view a, std::string_view b, Duration delay) {
    setDelay(a, b, Delay{.fixed = delay});
  }

  /// How many bytes of data a second go through the wire between any two hosts, or between these
  /// two, each way: what is sent from now on stands in line. 0: as many as there are.
  void setBandwidth(std::size_t bytesPerSecond);
  void setBandwidth(std::string_view a, std::string_view b, std::size_t bytesPerSecond);

  /// How bytes are cut by every host's kernel from now on.
  void setSegmentation(const Segmentation& segmentation);

  /// What the kernels keep for each connection that is opened from now on.
  void setBuffers(const Buffers& buffers);

  /// On: what is ready on one host at the same moment, and the hosts themselves, come in a random
  /// order. Off: in the order in which they became ready, or were made.
  void setShuffling(bool on);

  /// Holds back every packet between two hosts until heal() sends them on. What is on its way
  /// already arrives.
  void partition(std::string_view a, std::string_view b);
  void heal(std::string_view a, std::string_view b);

  /// What `name` stands for from now on, for every host that looks it up: addresses in the order in
  /// which to try them; none: the name is unknown. Unless set, a host's own name stands for its
  /// IPv4 address.
  void setAddresses(std::string_view name, std::vector<Address> addresses);

  /// How long the name servers take to answer from now on; Duration::max(): they are silent. 0s
  /// unless set.
  void setLookupDelay(Duration delay);

  /// Resets connections, as a box between the hosts may do: both ends see it now. All between two
  /// hosts, or the one that `protocol` speaks on. Returns how many.
  std::size_t reset(std::string_view a, std::string_view b);
  std::size_t reset(const Protocol& protocol);

  /// So many rounds of turns may pass at one moment; then NoProgress is thrown. 1 000 000 unless
  /// set.
  void setRoundLimit(std::size_t rounds);

  /// What there still is, a line each, such as "server: Echo,0,10.0.0.2 is open, 12 bytes queued":
  /// connections, ports that listen, calls that are to come, other descriptors. Empty if all is
  /// over.
  std::string leftovers() const;

  /// For the end of a test: stops every host gracefully, as SIGTERM stops a program, and throws
  /// Leftovers, which names them, if anything is left over.
  ///
  /// First the hosts without a listening port drain() and stop, so that the clients' last bytes
  /// arrive and are answered; then the hosts that listen. Each has a minute for it. At the end
  /// every pending sleep() fails with PromiseDropped, as at the end of a process, so a loop that
  /// was started by spawn() is not left over.
  ///
  /// Left over is: a connection without its connectionLost(), a descriptor, any other pending call,
  /// a queued byte. A suspended host is resumed first; one that is off has lost everything. The
  /// hosts can be used again afterwards.
  void finish();

  /// A generator for the test's own choices, from the same seed. What it draws does not change what
  /// the network draws.
  Random& random() noexcept { return random_; }

  /// A number for all that has happened on the network so far, times and bytes included.
  std::uint64_t traceHash() const noexcept;

  /// The last lines of what happened, at most 1000, each "seconds from > to what".
  std::vector<std::string> trace() const;

  /// Adds a line of your own to the trace.
  void note(std::string_view what);

  /// For the message of a test that failed: the seed that repeats the run, the hash, the last
  /// lines.
  ///
  ///   INFO(world.story());
  std::string story() const;

 private:
  friend class Host;

  enum class Stopping { Clients, All };
  void stopHosts(Stopping which);

  const int exceptions_;
  std::shared_ptr<detail::SimNetwork> network_;
  std::unique_ptr<detail::Timeline> timeline_;
  std::map<std::string, std::unique_ptr<Host>, std::less<>> hosts_;
  std::vector<Host*> inOrder_;  // as they were made
  Random random_;
  bool isEnding_ = false;
};

}  // namespace ropewalk::sim
