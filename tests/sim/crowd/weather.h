#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>

#include "ropewalk/sim/schedule.h"
#include "ropewalk/sim/world.h"

namespace ropewalk::test {

// How many worlds a crowd goes through: a tenth of ROPEWALK_LIFECYCLES, or a few.
inline std::uint64_t crowdedWorlds() {
  const char* const wanted = std::getenv("ROPEWALK_LIFECYCLES");
  return wanted != nullptr ? std::stoull(wanted) / 10 : 20;
}

// A server, five houses full of clients, and bad weather between them.
class Weather {
 public:
  static constexpr std::size_t kHouses = 5;
  static constexpr std::size_t kSteps = 20;

  explicit Weather(sim::Schedule& schedule) : schedule_(schedule), world(schedule.seed()) {
    sim::Random& random = world.random();
    world.setShuffling(true);
    world.setDelay({.fixed = 1ms * static_cast<int>(random.below(40)), .jitter = 10ms});
    world.setSegmentation({.maxReceive = random.between(20, 20'000),
                           .maxSend = random.between(20, 20'000),
                           .random = random.chance(50)});
    world.setBuffers(
        {.send = random.between(2'000, 50'000), .receive = random.between(2'000, 50'000)});
  }

  static std::string house(std::size_t number) { return "house" + std::to_string(number); }

  // Takes a step: some weather, or what `client` does. Resets whole houses
  // and has `excuse(house)` know. False behind the last step.
  template <typename Client, typename Excuse>
  bool step(Client client, Excuse excuse) {
    sim::Random* const chance = schedule_.next();
    if (chance == nullptr) return false;
    const std::size_t number = chance->below(kHouses);
    const std::string there = house(number);
    switch (chance->below(10)) {
      case 0:
        note("partition of " + there);
        world.partition("server", there);
        break;
      case 1:
        note("end of the partition of " + there);
        world.heal("server", there);
        break;
      case 2:
        note("reset of " + there);
        excuse(number);
        world.reset("server", there);
        break;
      case 3:
        note(there + " stands still");
        world.host(there).suspend();
        break;
      case 4:
        note(there + " goes on");
        world.host(there).resume();
        break;
      default:
        client(*chance);
    }
    world.advance(1ms * static_cast<int>(chance->below(400)));
    return true;
  }

  // The sun shines, and everything arrives.
  void clear() {
    for (std::size_t i = 0; i < kHouses; ++i) {
      world.heal("server", house(i));
      world.host(house(i)).resume();
    }
    world.advance(3s);
  }

  // Throws `what` at explore() if it does not hold.
  static void expect(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
  }

 private:
  void note(const std::string& what) { schedule_.note(what); }

  sim::Schedule& schedule_;

 public:
  sim::World world;
};

}  // namespace ropewalk::test
