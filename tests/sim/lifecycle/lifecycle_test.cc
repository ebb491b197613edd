// Twenty protocols that do whatever comes to their minds, over a network on which everything
// happens that can happen: each must live by the rules, and in the end nothing may be left.
//
// ROPEWALK_LIFECYCLES=10000 lives so many lives; ROPEWALK_SCHEDULE repeats one, as a failure says.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/explore.h"
#include "ropewalk/sim/world.h"
#include "sim/lifecycle/actor.h"
#include "support/again.h"
#include "support/captured_log.h"

using namespace ropewalk;
using namespace ropewalk::test;
using sim::World;

namespace {

constexpr const char* kHashOnly = "ROPEWALK_LIFE_HASH";
constexpr const char* kHashCase = "A life is the same in another process";

constexpr std::uint64_t kLives = 400;
constexpr std::size_t kSteps = 40;
constexpr int kClients = 10;
constexpr std::size_t kMachines = 3;

std::uint64_t lives() {
  const char* const wanted = std::getenv("ROPEWALK_LIFECYCLES");
  return wanted != nullptr ? std::stoull(wanted) : kLives;
}

Duration milliseconds(std::uint64_t count) { return Duration(1ms) * static_cast<int>(count); }

// A server, three machines of clients, and what may happen to them.
class Stage {
 public:
  // `ledger` must outlive this: the protocols write in it.
  Stage(sim::Schedule& schedule, Ledger& ledger)
      : schedule_(schedule), ledger_(ledger), world_(schedule.seed()) {
    setTheScene(world_.random());
    open();
    for (int i = 0; i < kClients; ++i) call(world_.random());
  }

  std::uint64_t traceHash() const { return world_.traceHash(); }

  void play() {
    while (sim::Random* const chance = schedule_.next()) {
      happens(*chance);
      world_.advance(milliseconds(chance->below(500)));
    }
  }

  // All is well again, and everybody goes home.
  void end() {
    ledger_.isOver = true;
    for (const std::string& name : names()) recover(world_.host(name));
    for (std::size_t i = 0; i < kMachines; ++i) world_.heal("server", client(i));
    world_.setBandwidth(0);
    // Everybody has its own deadlines for what is left: flush 10 s, linger 2 s, stall 30 s.
    for (int i = 0; i < 8; ++i) {
      for (Actor* const actor : ledger_.alive) actor->goHome();
      world_.advance(10s);
    }
    world_.finish();
    ledger_.check();
  }

 private:
  static std::string client(std::uint64_t number) { return "client" + std::to_string(number); }

  static std::vector<std::string> names() {
    std::vector<std::string> all{"server"};
    for (std::size_t i = 0; i < kMachines; ++i) all.push_back(client(i));
    return all;
  }

  void setTheScene(sim::Random& random) {
    world_.setShuffling(random.chance(50));
    if (random.chance(70)) cutBytes(random);
    if (random.chance(50)) {
      world_.setBuffers(
          {.send = random.between(1000, 200'000), .receive = random.between(1000, 200'000)});
    }
    delay(random);
  }

  void cutBytes(sim::Random& random) {
    world_.setSegmentation({.maxReceive = random.between(1, 100'000),
                            .maxSend = random.between(1, 100'000),
                            .random = random.chance(50)});
  }

  void delay(sim::Random& random) {
    world_.setDelay(
        {.fixed = milliseconds(random.below(200)), .jitter = milliseconds(random.below(50))});
  }

  void open() {
    world_.host("server").run(
        [this] { reactor().listenTCP(8000, Factory::forProtocol<Actor>(&ledger_)); });
  }

  void call(sim::Random& random) {
    sim::Host& from = world_.host(client(random.below(kMachines)));
    if (off_.contains(from.name())) return;
    from.run([this] { reactor().connectTCP("10.0.0.1", 8000, std::make_shared<Caller>(ledger_)); });
  }

  void recover(sim::Host& host) {
    host.resume();
    host.setDescriptorLimit(1000);
    host.setFirewall(8000, sim::Firewall::Open);
    if (off_.erase(host.name()) == 0) return;
    host.powerOn();
    if (host.name() == "server") open();
  }

  void happens(sim::Random& chance) {
    const std::string some = client(chance.below(kMachines));
    const std::string any = names()[chance.below(kMachines + 1)];
    sim::Host& host = world_.host(any);
    switch (chance.below(16)) {
      case 0:
        return does("reset " + some, [&] { world_.reset("server", some); });
      case 1:
        return does("partition " + some, [&] { world_.partition("server", some); });
      case 2:
        return does("heal " + some, [&] { world_.heal("server", some); });
      case 3:
        return does("suspend " + any, [&] { host.suspend(); });
      case 4:
        return does("power off " + any, [&] {
          off_.insert(any);
          host.powerOff();
        });
      case 5:
      case 6:
        return does("recover " + any, [&] { recover(host); });
      case 7:
        return does("close the door", [&] {
          world_.host("server").setFirewall(
              8000, chance.chance(50) ? sim::Firewall::Drop : sim::Firewall::Refuse);
        });
      case 8:
        return does("few descriptors at " + any,
                    [&] { host.setDescriptorLimit(chance.below(10)); });
      case 9:
        return does("narrow wires", [&] { world_.setBandwidth(chance.between(1000, 1'000'000)); });
      case 10:
        return does("other pieces", [&] { cutBytes(chance); });
      case 11:
        return does("other delays", [&] { delay(chance); });
      case 12:
        return does("stop " + any, [&] { stop(host); });
      default:
        return does("an actor acts", [&] { prod(chance); });
    }
  }

  template <typename Deed>
  void does(const std::string& what, Deed deed) {
    schedule_.note(what);
    deed();
  }

  void stop(sim::Host& host) {
    if (off_.contains(host.name())) return;
    host.run([] { reactor().stop(); });
    host.resume();
    host.setDescriptorLimit(1000);
    world_.advance(0s);
    if (host.name() == "server") open();
  }

  void prod(sim::Random& chance) {
    if (ledger_.alive.empty()) return;
    ledger_.alive[chance.below(ledger_.alive.size())]->prod();
  }

  sim::Schedule& schedule_;
  std::set<std::string> off_;
  Ledger& ledger_;
  World world_;
};

}  // namespace

TEST_CASE(
    "Twenty actors live by the rules whatever happens to them, and nothing is left "
    "[LF1] [LF2] [LF3] [LF4] [CL2] [PC1] [PC8] [PC10] [HC1]") {
  const QuietLog quiet;
  std::uint64_t whole = 0;
  const auto live = [&](sim::Schedule& schedule) {
    Ledger ledger(~schedule.seed());
    Stage stage(schedule, ledger);
    stage.play();
    stage.end();
    whole += ledger.whole;
  };
  sim::explore(live, {.seeds = lives(), .steps = kSteps});
  // Not all of them die young.
  CHECK(whole > lives());
}

TEST_CASE("A world that ends in the middle of things still ends every protocol once [RC13] [LF3]") {
  const QuietLog quiet;
  const auto die = [](sim::Schedule& schedule) {
    Ledger ledger(~schedule.seed());
    {
      Stage stage(schedule, ledger);
      stage.play();
    }
    ledger.check();
  };
  sim::explore(die, {.seeds = 100, .steps = 10});
}

TEST_CASE("A life is the same in another process") {
  const QuietLog quiet;
  const auto hashOf = [](std::uint64_t seed) {
    std::vector<std::size_t> steps(kSteps);
    std::iota(steps.begin(), steps.end(), std::size_t{0});
    sim::Schedule schedule(seed, steps);
    Ledger ledger(~seed);
    Stage stage(schedule, ledger);
    stage.play();
    stage.end();
    return std::to_string(stage.traceHash());
  };
  if (const char* const seed = std::getenv(kHashOnly)) {
    std::printf("hash %s\n", hashOf(std::stoull(seed)).c_str());
    return;
  }
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(hashOfAnotherProcess(kHashOnly, seed, kHashCase) == hashOf(seed));
  }
  CHECK(hashOf(1) != hashOf(2));
}
