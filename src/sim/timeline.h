#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "reactor/reactor_core.h"
#include "reactor/sim/sim_driver.h"
#include "ropewalk/reactor_time.h"
#include "sim/no_default_reactor.h"

namespace ropewalk::detail {

// Turns the reactors of a simulated network and moves its time. While it lives, nobody on its
// thread reaches the process's own reactor by mistake.
class Timeline {
 public:
  explicit Timeline(std::shared_ptr<SimNetwork> network) : network_(std::move(network)) {}
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  SimNetwork& network() noexcept { return *network_; }
  TimePoint now() const noexcept { return network_->now(); }

  // Has the reactor on `driver` take part from now on. Both must outlive this.
  void add(ReactorCore& reactor, SimDriver& driver);

  // `reactor` takes no part any more.
  void remove(const ReactorCore& reactor) noexcept;

  // Whether a callback is running.
  bool isPlaying() const noexcept { return playing_; }

  // Somebody from outside may have given the reactors something to do.
  void touch() noexcept;

  // Lets everything happen once that can happen at this moment. False if there is nothing.
  bool round();

  // Goes on to the next moment at which something happens, if that is no later than `limit`.
  bool skip(TimePoint limit);

  // A round, or if there is nothing to do, a skip.
  bool step(TimePoint limit) { return round() || skip(limit); }

  // Until `amount` has passed.
  void advance(Duration amount);

  // Until nothing is on its way and nobody has anything to do but to wait for a timer.
  void runUntilIdle();

  // Rounds at one moment after which NoProgress is thrown.
  void setRoundLimit(std::size_t rounds) noexcept { roundLimit_ = rounds; }

 private:
  struct Player {
    ReactorCore* reactor;
    SimDriver* driver;

    bool isAlive() const { return reactor->active() && driver->isOn(); }
    bool wantsTurn() const { return isAlive() && driver->isRunnable(); }
  };

  void turn(const Player& player);
  void checkProgress(bool moved);
  TimePoint nextMoment() const noexcept;

  const NoDefaultReactor noDefaultReactor_;
  const std::shared_ptr<SimNetwork> network_;
  std::vector<Player> players_;
  std::vector<Player> order_;  // of the turns of one round
  std::size_t roundLimit_ = 1'000'000;
  std::size_t roundsNow_ = 0;  // at this moment
  bool playing_ = false;
};

}  // namespace ropewalk::detail
