#include "ropewalk/sim/world.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/no_progress.h"

using namespace ropewalk;
using sim::Recorder;
using sim::World;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

// Greets, and hangs up on whoever says nothing for a minute.
class Porter : public Protocol {
  void connectionMade() override {
    transport->write("What's your name?\r\n");
    hangUp_ = callLater(60s, [this] { transport->loseConnection(); });
  }
  void dataReceived(std::string_view) override { hangUp_.reset(60s); }

  DelayedCall hangUp_;
};

template <typename P, typename... A>
void serve(World& world, const A&... arguments) {
  world.host("server").run(
      [&] { reactor().listenTCP(8001, Factory::forProtocol<P>(arguments...)); });
}

// Where and how long two conversations are held up.
std::uint64_t hashOfARun(std::uint64_t seed) {
  World world(seed);
  world.setDelay({.fixed = 10ms, .jitter = 5ms});
  world.setSegmentation({.maxReceive = 100, .maxSend = 100, .random = true});
  serve<Echo>(world);
  const auto first = world.host("first").connect<Recorder>("server", 8001);
  const auto second = world.host("second").connect<Recorder>("server", 8001);
  world.advance(1s);
  first->transport->write(std::string(1000, 'a'));
  second->transport->write(world.random().bytes(1000));
  world.advance(10s);
  CHECK(first->received().size() == 1000);
  CHECK(second->received().size() == 1000);
  return world.traceHash();
}

}  // namespace

TEST_CASE("a silent client is hung up on after a minute") {
  World world(/*seed=*/7);
  world.host("server").run([] { reactor().listenTCP(8001, Factory::forProtocol<Porter>()); });
  auto talker = world.host("client").connect<Recorder>("server", 8001);
  world.advance(59s);
  CHECK(talker->received() == "What's your name?\r\n");
  CHECK(!talker->lost());
  world.advance(2s);
  CHECK(talker->lost());
  CHECK(talker->reason().check<ConnectionDone>());
}

TEST_CASE("World carries bytes between hosts that know each other by name") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  CHECK(!client->made());
  world.advance(0s);
  CHECK(client->made());
  client->transport->write("hello");
  world.advance(0s);
  CHECK(client->received() == "hello");
  CHECK(client->transport->getPeer().text() == "10.0.0.1:8001");
  CHECK(client->transport->getHost().host() == "10.0.0.2");
}

TEST_CASE("World repeats a run exactly for the same seed, and not for another") {
  CHECK(hashOfARun(1) == hashOfARun(1));
  CHECK(hashOfARun(1) != hashOfARun(2));
}

TEST_CASE("World's trace says what went over the network") {
  World world(42);
  serve<Echo>(world);
  world.setDelay(1ms);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(1s);
  client->transport->write("hello");
  world.note("now it gets interesting");
  world.advance(1s);
  CHECK(world.trace().front() == "0.001000000 client:32768 > server:8001 syn");
  const std::string story = world.story();
  CHECK(story.find("seed 42") != std::string::npos);
  CHECK(story.find("client:32768 > server:8001 data 5 bytes") != std::string::npos);
  CHECK(story.find("1.000000000 now it gets interesting") != std::string::npos);
}

TEST_CASE("World keeps reactor() from the real one outside of its hosts") {
  World world;
  CHECK_THROWS_AS(reactor(), Error);
  sim::Host& host = world.host("server");
  CHECK(host.run([] { return &reactor(); }) == &host.reactor());
  CHECK_THROWS_AS(reactor(), Error);
  { const World another; }
  CHECK_THROWS_AS(reactor(), Error);
}

TEST_CASE("A callback on a host sees that host's reactor") {
  World world;
  Reactor* seen = nullptr;
  world.host("a").run([&] { reactor().callLater(1s, [&] { seen = &reactor(); }); });
  world.host("b").reactor();
  world.advance(1s);
  CHECK(seen == &world.host("a").reactor());
}

TEST_CASE("World moves time no further than it was told, and runs what is due on the way") {
  World world;
  const TimePoint start = world.now();
  std::vector<Duration> times;
  world.host("a").run([&] {
    for (const Duration delay : {3s, 1s, 2s}) {
      reactor().callLater(delay, [&] { times.push_back(world.now() - start); });
    }
  });
  world.advance(2s);
  CHECK(times == std::vector<Duration>{1s, 2s});
  CHECK(world.now() - start == 2s);
  CHECK_THROWS_AS(world.advance(-1s), NegativeDelay);
}

TEST_CASE("World::runUntil stops as soon as it may, and at its limit") {
  World world;
  const TimePoint start = world.now();
  bool done = false;
  world.host("a").run([&] { reactor().callLater(5s, [&] { done = true; }); });
  CHECK(!world.runUntil([&] { return done; }, 4s));
  CHECK(world.now() - start == 4s);
  CHECK(world.runUntil([&] { return done; }));
  CHECK(world.now() - start == 5s);
}

TEST_CASE("World goes to the end of time, where what is never to be has not been") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  int calls = 0;
  bool never = false;
  world.host("client").run([&] {
    reactor().callLater(std::chrono::years(200), [&] { ++calls; });
    reactor().callLater(Duration::max(), [&] { never = true; });
  });
  const TimePoint before = world.now();
  SUBCASE("advance") { world.advance(Duration::max()); }
  SUBCASE("runUntil") {
    CHECK(!world.runUntil([&] { return never; }, Duration::max()));
  }
  SUBCASE("runUntil, as far as it may") {
    CHECK(world.runUntil([&] { return calls == 1; }, Duration::max()));
    CHECK(world.now() - before == std::chrono::years(200));
    return;
  }
  CHECK(calls == 1);
  CHECK(!never);
  CHECK(world.now() > before + std::chrono::years(200));
  const TimePoint end = world.now();
  // There is no later moment, and still this one.
  client->transport->write("hello");
  world.advance(1h);
  CHECK(world.now() == end);
  CHECK(client->received() == "hello");
  world.runUntilIdle();
}

TEST_CASE("World::runUntilIdle lets everything arrive and does not wait for timers") {
  World world;
  world.setDelay(100ms);
  serve<Porter>(world);
  const TimePoint start = world.now();
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.runUntilIdle();
  CHECK(client->received() == "What's your name?\r\n");
  CHECK(!client->lost());
  CHECK(world.now() - start < 1s);
}

TEST_CASE("World's time cannot be moved from inside a callback") {
  World world;
  bool refused = false;
  world.host("a").run([&] {
    reactor().callLater(1s, [&] {
      try {
        world.advance(1s);
      } catch (const Error&) {
        refused = true;
      }
    });
  });
  world.advance(2s);
  CHECK(refused);
}

TEST_CASE("World reports that time stands still instead of going on for ever") {
  World world;
  struct Again {
    static void now() {
      reactor().callLater(0s, [] { now(); });
    }
  };
  world.setRoundLimit(1000);
  world.host("a").run([] { Again::now(); });
  CHECK_THROWS_AS(world.advance(1s), sim::NoProgress);
}

TEST_CASE("A host that stops loses its connections, and starts again when it is used") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  world.host("server").run([] { reactor().stop(); });
  world.advance(1s);
  CHECK(client->lost());
  CHECK(world.host("server").descriptors() == 0);
  serve<Echo>(world);
  const auto again = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(again->made());
}

TEST_CASE("A host runs callWhenRunning at once, for it runs") {
  World world;
  bool ran = false;
  world.host("a").run([&] { reactor().callWhenRunning([&] { ran = true; }); });
  CHECK(ran);
}

TEST_CASE("World ends every protocol when it ends itself, with its host's reactor at hand") {
  std::shared_ptr<Recorder> client;
  Reactor* seen = nullptr;
  class Last : public Recorder {
   public:
    explicit Last(Reactor** seen) : seen_(seen) {}
    void connectionLost(const Failure& why) override {
      Recorder::connectionLost(why);
      *seen_ = &reactor();
    }

   private:
    Reactor** seen_;
  };
  {
    World world;
    serve<Echo>(world);
    client = world.host("client").connect<Last>("server", 8001, &seen);
    world.advance(0s);
    CHECK(client->made());
    // Something on its way, in every state of it.
    client->transport->write("hello");
    const auto connecting = world.host("client").connect<Recorder>("server", 8001);
  }
  CHECK(client->lost());
  CHECK(seen != nullptr);
  client->transport->write("too late");
  client->transport->loseConnection();
}

TEST_CASE("World at its end has the hosts that are still there, and says so of the others") {
  class Last : public Recorder {
   public:
    explicit Last(World& world) : world_(world), server_(world.host("server")) {}
    void connectionLost(const Failure& why) override {
      Recorder::connectionLost(why);
      CHECK(server_.address().host() == "10.0.0.1");
      CHECK_THROWS_WITH_AS(server_.reactor(), "the world is being destroyed", Error);
      for (const char* const gone : {"server", "client", "never was"}) {
        CHECK_THROWS_WITH_AS(world_.host(gone), "the world is being destroyed", Error);
      }
      world_.host("later").run([] { reactor().callLater(1s, [] {}); });
    }

   private:
    World& world_;
    sim::Host& server_;
  };
  std::shared_ptr<Last> client;
  {
    World world;
    serve<Echo>(world);
    client = world.host("client").connect<Last>("server", 8001, world);
    world.host("later");
    world.advance(1s);
  }
  CHECK(client->lost());
}

TEST_CASE("World delivers everything in a random order of what is ready when told to") {
  World world(5);
  world.setShuffling(true);
  serve<Echo>(world);
  std::vector<std::shared_ptr<Recorder>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(world.host("client").connect<Recorder>("server", 8001));
  }
  world.advance(0s);
  for (const auto& client : clients) client->transport->write("hello");
  world.advance(0s);
  for (const auto& client : clients) CHECK(client->received() == "hello");
}

TEST_CASE("A host runs what another thread asked for when time is moved next [TH1]") {
  World world;
  std::string order;
  Reactor& host = world.host("a").reactor();
  world.advance(0s);
  std::thread([&] {
    host.callFromThread([&] { order += '1'; });
    host.callFromThread([&] { order += '2'; });
  }).join();
  CHECK(order == "");
  world.advance(0s);
  CHECK(order == "12");
}
