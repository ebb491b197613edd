// The same seed gives the same trace in two processes, whose memory lies at different addresses.

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/again.h"

using namespace ropewalk;
using sim::Recorder;
using sim::World;

namespace {

constexpr const char* kSeedVariable = "ROPEWALK_TRACE_SEED";
constexpr const char* kCase = "World gives the same trace for a seed in another process";

class Chatterbox : public Recorder {
 public:
  void dataReceived(std::string_view data) override {
    Recorder::dataReceived(data);
    if (received().size() < 5000) transport->write(data);
  }
};

// Much that is random, and much that lies anywhere in memory.
std::uint64_t hashOfARun(std::uint64_t seed) {
  World world(seed);
  world.setDelay({.fixed = 1ms, .jitter = 20ms});
  world.setSegmentation({.maxReceive = 500, .maxSend = 500, .random = true});
  world.setShuffling(true);
  world.host("server").run([] { reactor().listenTCP(8000, Factory::forProtocol<Chatterbox>()); });
  std::vector<std::shared_ptr<Chatterbox>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(
        world.host("client" + std::to_string(i % 3)).connect<Chatterbox>("server", 8000));
  }
  world.advance(1s);
  for (const auto& client : clients) {
    client->transport->write(world.random().bytes(world.random().between(1, 1000)));
  }
  world.advance(5s);
  return world.traceHash();
}

}  // namespace

TEST_CASE("World gives the same trace for a seed in another process") {
  if (const char* const seed = std::getenv(kSeedVariable)) {
    std::printf("hash %s\n", std::to_string(hashOfARun(std::stoull(seed))).c_str());
    return;
  }
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    CHECK(test::hashOfAnotherProcess(kSeedVariable, seed, kCase) ==
          std::to_string(hashOfARun(seed)));
  }
  CHECK(hashOfARun(1) != hashOfARun(2));
}
