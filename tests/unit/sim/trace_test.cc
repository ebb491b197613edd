// What a World's trace says, what its hash stands for, and that both are the same in another
// process, whose memory lies at different addresses.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/world.h"
#include "support/again.h"
#include "support/scarce_memory.h"

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

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

// Sends what it receives, as often as it is left to.
struct Returning : Protocol {
  void dataReceived(std::string_view data) override {
    if (--left > 0) transport->write(data);
  }
  int left = 0;
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

// The trace of a client that says `what` to an echo.
class Talk {
 public:
  explicit Talk(std::string_view what) {
    world_.host("server").run(
        [] { reactor().listenTCP(8001, Factory::forProtocol<Chatterbox>()); });
    world_.setDelay(1ms);
    client_ = world_.host("client").connect<Recorder>("server", 8001);
    world_.advance(1s);
    client_->transport->write(what);
    world_.advance(1s);
  }
  World& world() { return world_; }
  Recorder& client() { return *client_; }

 private:
  World world_{1};
  std::shared_ptr<Recorder> client_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// What is behind "data" in the trace of a Talk: size and hash.
std::string dataOf(std::string_view what) {
  for (const std::string& line : Talk(what).world().trace()) {
    if (const auto found = line.find("data "); found != std::string::npos) {
      return line.substr(found + 5);
    }
  }
  return "none";
}

// The trace after so many steps, each of which is a line of its own and a conversation.
std::vector<std::string> traceAfter(int steps) {
  Talk talk("first");
  for (int i = 0; i < steps; ++i) {
    talk.world().note("step " + std::to_string(i));
    if (i % 3 == 0) talk.client().transport->write("again");
    talk.world().advance(5ms);
  }
  return talk.world().trace();
}

}  // namespace

TEST_CASE("World's trace is in words, and its hash the same on every machine") {
  Talk talk("hello");
  talk.world().note("over");
  talk.client().transport->loseConnection();
  talk.world().advance(1s);
  CHECK(joined(talk.world().trace()) ==
        "0.001000000 client:32768 > server:8001 syn\n"
        "0.002000000 server:8001 > client:32768 syn-ack\n"
        "0.003000000 client:32768 > server:8001 established\n"
        "1.001000000 client:32768 > server:8001 data 5 bytes, fd25e98e01cbd878\n"
        "1.002000000 server:8001 > client:32768 window\n"
        "1.002000000 server:8001 > client:32768 data 5 bytes, fd25e98e01cbd878\n"
        "1.003000000 client:32768 > server:8001 window\n"
        "2.000000000 over\n"
        "2.001000000 client:32768 > server:8001 fin\n"
        "2.002000000 server:8001 > client:32768 fin\n");
  CHECK(talk.world().traceHash() == 0x3010c6a523cdb53c);
}

TEST_CASE("World's trace names an address that no host has") {
  World world;
  const auto client = world.host("client").connect<Recorder>("10.0.0.99", 8001);
  world.advance(10s);
  CHECK(client->failed());
  CHECK(joined(world.trace()) == "3.000000000 10.0.0.99:8001 > client:32768 retry\n");
}

TEST_CASE("World's trace tells bytes apart that differ in any place") {
  std::vector<std::string> seen;
  for (std::size_t size = 1; size <= 17; ++size) {
    std::string bytes(size, '\0');
    seen.push_back(dataOf(bytes));
    for (char& byte : bytes) {
      byte = 'x';
      seen.push_back(dataOf(bytes));
      byte = '\0';
    }
  }
  CHECK(seen.front().starts_with("1 bytes, "));
  // Without the sizes, which tell them apart as well.
  for (std::string& data : seen) data.erase(0, data.find(','));
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

TEST_CASE("World's trace hashes the bytes of each packet, read or not") {
  class Deaf : public Protocol {
    void connectionMade() override { transport->pauseProducing(); }
  };
  World world;
  world.host("server").run([] { reactor().listenTCP(8001, Factory::forProtocol<Deaf>()); });
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  std::string expected;
  for (const char* const word : {"one", "three", "eleven"}) {
    world.advance(1s);
    client->transport->write(word);
    expected += dataOf(word) + '\n';
  }
  world.advance(1s);
  std::string seen;
  for (const std::string& line : world.trace()) {
    const auto data = line.find("data ");
    if (data != std::string::npos) seen += line.substr(data + 5) + '\n';
  }
  CHECK(seen == expected);
}

TEST_CASE("World's trace keeps the last thousand lines in their order") {
  const std::vector<std::string> all = traceAfter(300);
  const std::vector<std::string> last = traceAfter(600);
  CHECK(all.size() < 1000);
  CHECK(last.size() == 1000);
  const auto from = std::ranges::find(all, last.front());
  REQUIRE(all.end() - from > 100);
  CHECK(std::equal(from, all.end(), last.begin()));
  CHECK(last.back() == "4.995000000 step 599");
}

TEST_CASE("World's story ends with the last twenty lines of the trace") {
  World world(42);
  for (int i = 1; i <= 30; ++i) world.note("note " + std::to_string(i));
  std::string last = ", last lines:";
  for (int i = 11; i <= 30; ++i) last += "\n  0.000000000 note " + std::to_string(i);
  CHECK(world.story().starts_with("simulated world of seed 42, trace hash "));
  CHECK(world.story().ends_with(last));
}

TEST_CASE("World's trace hash stands for the lines that are kept no longer, too") {
  const auto hashAfter = [](const std::string& first) {
    World world;
    world.note(first);
    for (int i = 0; i < 2000; ++i) world.note("the same");
    CHECK(world.trace().front() == "0.000000000 the same");
    return world.traceHash();
  };
  CHECK(hashAfter("one") == hashAfter("one"));
  CHECK(hashAfter("one") != hashAfter("two"));
}

TEST_CASE("World carries messages and keeps its trace without an allocation") {
  World world;
  world.host("server").run([] { reactor().listenTCP(8001, Factory::forProtocol<Echo>()); });
  const auto client = world.host("client").connect<Returning>("server", 8001);
  world.runUntilIdle();
  const auto allocationsOf = [&](int messages) {
    client->left = messages;
    const std::size_t before = test::allocations();
    client->transport->write("hello");
    world.runUntilIdle();
    return test::allocations() - before;
  };
  allocationsOf(500);  // which fill the trace
  CHECK(world.trace().size() == 1000);
  CHECK(allocationsOf(500) == 0);
  CHECK(client->left == 0);
}

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
