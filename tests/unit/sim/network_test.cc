// The network of a World: what it does to packets and connections.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"

using namespace ropewalk;
using sim::Recorder;
using sim::World;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

template <typename P, typename... A>
void serve(World& world, const A&... arguments) {
  world.host("server").run(
      [&] { reactor().listenTCP(8001, Factory::forProtocol<P>(arguments...)); });
}

}  // namespace

TEST_CASE("World lets a packet take as long as it was told, and a connection a round trip") {
  World world;
  world.setDelay(50ms);
  world.setDelay("server", "far", 2s);
  serve<Echo>(world);
  const auto near = world.host("near").connect<Recorder>("server", 8001);
  const auto far = world.host("far").connect<Recorder>("server", 8001);
  world.advance(99ms);
  CHECK(!near->made());
  world.advance(1ms);
  CHECK(near->made());
  near->transport->write("hello");
  world.advance(99ms);
  CHECK(near->received() == "");
  world.advance(1ms);
  CHECK(near->received() == "hello");
  CHECK(!far->made());
  CHECK(world.runUntil([&] { return far->made(); }));
  CHECK(world.now() == world.host("far").reactor().now());
  world.advance(0s);
}

TEST_CASE("World keeps the packets of a connection in order whatever the jitter") {
  World world(3);
  world.setDelay({.fixed = 1ms, .jitter = 1s});
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(10s);
  std::string sent;
  for (char c = 'a'; c <= 'z'; ++c) {
    client->transport->write(std::string(1, c));
    sent += c;
    world.advance(10ms);
  }
  world.advance(10s);
  CHECK(client->received() == sent);
}

TEST_CASE("World cuts what is received as it was told") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  SUBCASE("into single bytes") { world.setSegmentation({.maxReceive = 1}); }
  SUBCASE("sends too") { world.setSegmentation({.maxReceive = 3, .maxSend = 1}); }
  SUBCASE("at random") { world.setSegmentation({.maxReceive = 4, .random = true}); }
  world.advance(0s);
  client->transport->write("hello, world");
  world.advance(0s);
  CHECK(client->received() == "hello, world");
  CHECK(client->pieces().size() >= 3);
  for (const std::size_t piece : client->pieces()) CHECK(piece <= 4);
}

TEST_CASE("World has a fast writer wait for a slow reader, and loses nothing") {
  World world;
  serve<Recorder>(world);
  class Pushy : public Recorder {
   public:
    void connectionMade() override { transport->write(std::string(3'000'000, 'x')); }
  };
  class Reader : public Recorder {
   public:
    void connectionMade() override { transport->pauseProducing(); }
  };
  world.host("server").run([] { reactor().listenTCP(8002, Factory::forProtocol<Pushy>()); });
  const auto reader = world.host("client").connect<Reader>("server", 8002);
  world.advance(10s);
  CHECK(reader->received().empty());
  const std::size_t queued = world.host("server").reactor().statistics().queuedBytes;
  CHECK(queued < 3'000'000);
  CHECK(queued > 2'000'000);
  reader->transport->resumeProducing();
  world.advance(1s);
  CHECK(reader->received().size() == 3'000'000);
  CHECK(world.host("server").reactor().statistics().queuedBytes == 0);
}

TEST_CASE("World resets connections between hosts, or one, at both ends") {
  World world;
  std::vector<std::shared_ptr<Recorder>> served;
  class Kept : public Recorder, public std::enable_shared_from_this<Kept> {
   public:
    explicit Kept(std::vector<std::shared_ptr<Recorder>>* all) : all_(all) {}
    void connectionMade() override { all_->push_back(shared_from_this()); }

   private:
    std::vector<std::shared_ptr<Recorder>>* all_;
  };
  serve<Kept>(world, &served);
  const auto first = world.host("client").connect<Recorder>("server", 8001);
  const auto second = world.host("client").connect<Recorder>("server", 8001);
  const auto third = world.host("other").connect<Recorder>("server", 8001);
  world.advance(0s);
  REQUIRE(served.size() == 3);

  CHECK(world.reset(*first) == 1);
  world.advance(0s);
  CHECK(first->reason().check<ConnectionLost>());
  CHECK(served[0]->reason().check<ConnectionLost>());
  CHECK(!second->lost());

  CHECK(world.reset("server", "client") == 1);
  world.advance(0s);
  CHECK(second->reason().check<ConnectionLost>());
  CHECK(!third->lost());
}

TEST_CASE("World tells a client why it was not connected") {
  World world;
  sim::Host& client = world.host("client");
  world.host("server").reactor();
  SUBCASE("nobody listens") {
    const auto refused = client.connect<Recorder>("server", 8001);
    world.advance(0s);
    CHECK(refused->failed());
    CHECK(refused->reason().check<ConnectionRefusedError>());
    CHECK(!refused->made());
    CHECK(!refused->lost());
  }
  SUBCASE("nobody has the address") {
    const auto lost = client.connect<Recorder>("10.0.0.77", 8001);
    world.advance(2900ms);
    CHECK(!lost->failed());
    world.advance(200ms);
    CHECK(lost->reason().code().value() == EHOSTUNREACH);
  }
  SUBCASE("there is no way out of the world") {
    const auto lost = client.connect<Recorder>("192.0.2.1", 8001);
    world.advance(0s);
    CHECK(lost->reason().check<NoRouteError>());
  }
  SUBCASE("it has no descriptors left") {
    serve<Echo>(world);
    client.setDescriptorLimit(0);
    const auto lost = client.connect<Recorder>("server", 8001);
    world.advance(0s);
    CHECK(lost->reason().code().value() == EMFILE);
  }
  CHECK(client.descriptors() == 0);
}

TEST_CASE("World has no host of a name that nobody gave it") {
  World world;
  CHECK_THROWS_AS(world.host("client").connect<Recorder>("servr", 80), UnknownHostError);
}

TEST_CASE("A server without descriptors turns clients away and serves again later [PT14]") {
  World world;
  serve<Echo>(world);
  const auto early = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  world.host("server").setDescriptorLimit(world.host("server").descriptors());
  const auto late = world.host("client").connect<Recorder>("server", 8001);
  world.advance(1s);
  CHECK(late->lost());
  early->transport->write("hello");
  world.advance(0s);
  CHECK(early->received() == "hello");
  early->transport->loseConnection();
  world.advance(5s);
  const auto last = world.host("client").connect<Recorder>("server", 8001);
  world.advance(5s);
  CHECK(last->made());
  CHECK(!last->lost());
}

TEST_CASE("World holds back what is sent across a partition and delivers it when that is healed") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  world.partition("server", "client");
  client->transport->write("hello");
  world.advance(20s);
  CHECK(client->received() == "");
  world.heal("client", "server");
  world.advance(0s);
  CHECK(client->received() == "hello");
}

TEST_CASE("World closes a connection over a slow network without losing a byte [CL1]") {
  class Farewell : public Protocol {
    void connectionMade() override {
      transport->write(std::string(1'000'000, 'x'));
      transport->loseConnection();
    }
  };
  World world;
  world.setDelay(30ms);
  serve<Farewell>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(9s);
  CHECK(client->received().size() == 1'000'000);
  CHECK(client->reason().check<ConnectionDone>());
  CHECK(world.host("server").reactor().statistics().open == 0);
  CHECK(world.host("server").descriptors() == 1);
  CHECK(world.host("client").descriptors() == 0);
}

TEST_CASE("World has a connect time out when nobody answers [PT21]") {
  World world;
  serve<Echo>(world);
  world.partition("client", "server");
  const auto lost = world.host("client").connect<Recorder>("server", 8001);
  world.advance(9900ms);
  CHECK(!lost->failed());
  world.advance(200ms);
  CHECK(lost->reason().check<TimeoutError>());
}

TEST_CASE("World has those who find a backlog full ask again, until there is room") {
  World world;
  world.host("server").run([] {
    ListenOptions options;
    options.backlog = 1;
    options.maxConnections = 1;
    reactor().listenTCP(8001, Factory::forProtocol<Echo>(), options);
  });
  std::vector<std::shared_ptr<Recorder>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(world.host("client").connect<Recorder>("server", 8001));
  }
  world.advance(500ms);
  // One is served, two wait to be accepted, and one was not heard.
  CHECK(!clients.back()->made());
  clients.front()->transport->loseConnection();
  world.advance(2s);
  CHECK(clients.back()->made());
}

TEST_CASE("a full port takes the next one as soon as there is room") {
  World world;
  world.host("server").run([] {
    ListenOptions options;
    options.maxConnections = 1;
    reactor().listenTCP(8001, Factory::forProtocol<Echo>(), options);
  });
  const auto first = world.host("client").connect<Recorder>("server", 8001);
  const auto second = world.host("client").connect<Recorder>("server", 8001);
  world.advance(30s);
  const TimePoint before = world.now();
  first->transport->loseConnection();
  second->transport->write("?");
  CHECK(world.runUntil([&] { return second->received() == "?"; }));
  CHECK(world.now() - before < 50ms);
}

TEST_CASE(
    "who waits for a descriptor is taken as soon as a connection of the port gives one back") {
  World world;
  sim::Host& server = world.host("server");
  server.run([] { reactor().listenTCP(8001, Factory::forProtocol<Echo>()); });
  const auto first = world.host("client").connect<Recorder>("server", 8001);
  world.advance(1s);
  server.setDescriptorLimit(2);  // the port's and that one's
  const auto shed = world.host("client").connect<Recorder>("server", 8001);
  world.advance(10ms);
  CHECK(shed->lost());
  const auto waiting = world.host("client").connect<Recorder>("server", 8001);
  const auto next = world.host("client").connect<Recorder>("server", 8001);
  world.advance(10ms);
  waiting->transport->write("?");
  first->transport->loseConnection();
  world.advance(30ms);
  CHECK(waiting->received() == "?");
  CHECK(!next->lost());  // the pause that was cut short goes on
  world.advance(2s);
  CHECK(next->lost());
}

TEST_CASE(
    "a port that cannot accept for a minute warns every ten seconds, whoever gets in meanwhile") {
  const test::CapturedLog log;
  World world;
  sim::Host& server = world.host("server");
  server.run([] { reactor().listenTCP(8001, Factory::forProtocol<Echo>()); });
  world.host("client").connect<Recorder>("server", 8001);
  world.advance(1s);
  // Lowered while it serves: the port finds out from the kernel.
  for (int second = 0; second < 60; ++second) {
    server.setDescriptorLimit(server.descriptors());
    for (int i = 0; i < 20; ++i) world.host("client").connect<Recorder>("server", 8001);
    world.advance(500ms);
    server.setDescriptorLimit(server.descriptors() + 1);  // one gets in
    world.advance(500ms);
  }
  CHECK(log.lines().size() == 6);
}

TEST_CASE("World carries a file that a host sends") {
  class Sender : public Protocol {
    void connectionMade() override {
      std::FILE* const file = std::tmpfile();
      std::fputs("not this, but this", file);
      std::fflush(file);
      transport->write("file: ");
      transport->writeFile(FileDescriptor(::dup(::fileno(file))), 14, 4);
      transport->loseConnection();
      std::fclose(file);
    }
  };
  World world;
  serve<Sender>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(client->received() == "file: this");
  CHECK(client->reason().check<ConnectionDone>());
}
