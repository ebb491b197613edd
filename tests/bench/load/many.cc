// Many of one kind are made and ended, for counting what one of them costs. endOfPhase() is called
// before and after that.
//
//   $ many --kind 3 --count 1000

#include <ropewalk/ropewalk.h>
#include <ropewalk/sim.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "options.h"

// Where a profiler is told to cut its counts.
extern "C" [[gnu::noinline]] void endOfPhase() { asm volatile("" ::: "memory"); }

using namespace ropewalk;

namespace {

// Runs `work` as the phase that counts.
template <typename Work>
void count(Work&& work) {
  endOfPhase();
  work();
  endOfPhase();
}

// `number` descriptors of one file; the process's end closes them.
std::vector<int> copiesOf(int file, long number) {
  std::vector<int> copies;
  for (long i = 0; i < number; ++i) copies.push_back(::dup(file));
  if (copies.back() < 0) std::exit(1);
  return copies;
}

void watchAndForget(Reactor& watching, const std::vector<int>& descriptors) {
  for (const int each : descriptors) watching.addReader(each, [] {});
  for (const int each : descriptors) watching.removeReader(each);
}

void callbacks(long number) {
  Reactor own;
  const auto descriptors = copiesOf(::eventfd(0, EFD_NONBLOCK), number);
  count([&] { watchAndForget(own, descriptors); });
}

void callbacksAtAStop(long number) {
  const auto descriptors = copiesOf(::eventfd(0, EFD_NONBLOCK), number);
  auto own = std::make_unique<Reactor>();
  count([&] {
    for (const int each : descriptors) own->addReader(each, [] {});
    own.reset();
  });
}

void polledFiles(long number) {
  Reactor own;
  std::FILE* const file = std::tmpfile();
  const auto descriptors = copiesOf(::fileno(file), number);
  count([&] { watchAndForget(own, descriptors); });
}

void triggers(long number) {
  Reactor own;
  count([&] {
    std::vector<TriggerId> added;
    for (long i = 0; i < number; ++i) {
      added.push_back(own.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [] {}));
    }
    for (std::size_t i = 0; i < added.size(); i += 2) own.removeSystemEventTrigger(added[i]);
    own.callWhenRunning([&] { own.stop(); });
    own.run(false);
  });
}

void names(long number) {
  sim::World world;
  world.setLookupDelay(1s);
  auto& client = world.host("client");
  count([&] {
    client.run([&] {
      for (long i = 0; i < number; ++i) {
        Deferred<std::vector<Address>> asked = reactor().resolve("client");
        if (i % 2 == 0) asked.cancel();
        std::move(asked).addErrback([](const Failure&) { return std::vector<Address>(); });
      }
    });
    world.advance(2s);
  });
}

void simulatedPorts(long number) {
  sim::World world;
  auto& server = world.host("server");
  count([&] {
    std::vector<std::shared_ptr<ListeningPort>> ports;
    server.run([&] {
      const auto factory = Factory::forProtocol<Protocol>();
      for (long i = 0; i < number; ++i) ports.push_back(reactor().listenTCP(0, factory));
      for (const auto& port : ports) port->stopListening();
    });
    world.runUntilIdle();
  });
}

void simulatedResets(long number) {
  sim::World world;
  world.host("server").run([] { reactor().listenTCP(8000, Factory::forProtocol<Protocol>()); });
  std::vector<std::shared_ptr<Protocol>> clients;
  for (long i = 0; i < number; ++i) {
    clients.push_back(world.host("client").connect<Protocol>("server", 8000));
    if (i % 100 == 0) world.runUntilIdle();
  }
  world.runUntilIdle();
  count([&] {
    for (const auto& client : clients) world.reset(*client);
    world.runUntilIdle();
  });
}

// Of many calls of one protocol one is called at a time, and asked for anew.
class Busy final : public Protocol {
 public:
  explicit Busy(long number) : number_(number) {}
  void connectionMade() override {
    for (long i = 0; i < number_; ++i) again(1s + i * 1ms);
  }

 private:
  void again(Duration delay) {
    callLater(delay, [this] { again(number_ * 1ms); });
  }
  const long number_;
};

void callsOfAProtocol(long number) {
  sim::World world;
  world.host("server").run([] { reactor().listenTCP(8000, Factory::forProtocol<Protocol>()); });
  const auto busy = world.host("client").connect<Busy>("server", 8000, number);
  world.advance(999ms);
  count([&] { world.advance(number * 1ms); });
}

constexpr void (*kKinds[])(long) = {
    callbacks, callbacksAtAStop, polledFiles,     triggers,
    names,     simulatedPorts,   simulatedResets, callsOfAProtocol,
};

}  // namespace

int main(int argc, char** argv) {
  long kind = 0;
  long number = 1000;
  bench::parseOptions(argc, argv,
                      {{"kind", "of what: see kKinds", kind, 0, std::ssize(kKinds) - 1},
                       {"count", "how many", number, 1, 19'000}});
  kKinds[kind](number);
}
