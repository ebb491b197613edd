#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/schedule.h"
#include "ropewalk/sim/world.h"
#include "sim/lifecycle/actor.h"

namespace ropewalk::test {

// A server, three machines of clients, and what may happen to them.
class Stage {
 public:
  static constexpr std::size_t kSteps = 40;

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
      world_.advance(inMilliseconds(chance->below(500)));
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
  static constexpr int kClients = 10;
  static constexpr std::size_t kMachines = 3;

  static Duration inMilliseconds(std::uint64_t count) {
    return Duration(1ms) * static_cast<int>(count);
  }

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
        {.fixed = inMilliseconds(random.below(200)), .jitter = inMilliseconds(random.below(50))});
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
    if (chance.chance(25)) return does("an actor acts", [&] { prod(chance); });
    if (chance.chance(50)) return happensToHost(chance, names()[chance.below(kMachines + 1)]);
    happensToWires(chance, client(chance.below(kMachines)));
  }

  void happensToWires(sim::Random& chance, const std::string& there) {
    switch (chance.below(6)) {
      case 0:
        return does("reset " + there, [&] { world_.reset("server", there); });
      case 1:
        return does("partition " + there, [&] { world_.partition("server", there); });
      case 2:
        return does("heal " + there, [&] { world_.heal("server", there); });
      case 3:
        return does("narrow wires", [&] { world_.setBandwidth(chance.between(1000, 1'000'000)); });
      case 4:
        return does("other pieces", [&] { cutBytes(chance); });
      default:
        return does("other delays", [&] { delay(chance); });
    }
  }

  void happensToHost(sim::Random& chance, const std::string& name) {
    sim::Host& host = world_.host(name);
    switch (chance.below(7)) {
      case 0:
        return does("suspend " + name, [&] { host.suspend(); });
      case 1:
        return does("power off " + name, [&] {
          off_.insert(name);
          host.powerOff();
        });
      case 2:
        return does("close the door", [&] {
          world_.host("server").setFirewall(
              8000, chance.chance(50) ? sim::Firewall::Drop : sim::Firewall::Refuse);
        });
      case 3:
        return does("few descriptors at " + name,
                    [&] { host.setDescriptorLimit(chance.below(10)); });
      case 4:
        return does("stop " + name, [&] { stop(host); });
      default:
        return does("recover " + name, [&] { recover(host); });
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
  sim::World world_;
};

}  // namespace ropewalk::test
