// The same seed gives the same trace in two processes, whose memory lies at different addresses.

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"

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

// The line "hash H" out of what this program prints as a child.
std::string hashInAnotherProcess(std::uint64_t seed) {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  REQUIRE(length > 0);
  const std::string command = std::string("env -u ROPEWALK_CASE_LOG ") + kSeedVariable + "=" +
                              std::to_string(seed) + " '" + path.data() + "' --test-case='" +
                              kCase + "*'";
  const std::unique_ptr<FILE, int (*)(FILE*)> child(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(child);
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), child.get())) {
    const std::string_view text(line.data());
    if (text.starts_with("hash ")) return std::string(text.substr(5, text.size() - 6));
  }
  return "none";
}

}  // namespace

TEST_CASE("World gives the same trace for a seed in another process") {
  if (const char* const seed = std::getenv(kSeedVariable)) {
    std::printf("hash %s\n", std::to_string(hashOfARun(std::stoull(seed))).c_str());
    return;
  }
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    CHECK(hashInAnotherProcess(seed) == std::to_string(hashOfARun(seed)));
  }
  CHECK(hashOfARun(1) != hashOfARun(2));
}
