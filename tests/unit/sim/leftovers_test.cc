#include "ropewalk/sim/leftovers.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"

using namespace ropewalk;
using sim::Leftovers;
using sim::Recorder;
using sim::World;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

void serve(World& world) {
  world.host("server").run([] { reactor().listenTCP(8001, Factory::forProtocol<Echo>()); });
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("World names what there still is, and has nothing to name when all is over") {
  World world;
  CHECK(world.leftovers() == "");
  serve(world);
  CHECK(world.leftovers() == "server: port 8001 listens\n");
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  CHECK(has(world.leftovers(), "client: 1 descriptors are in use, of which 0 are known\n"));
  world.advance(0s);
  world.partition("server", "client");
  client->transport->write(std::string(1'000'000, 'x'));
  world.advance(0s);
  world.host("client").run([] { reactor().callLater(90s, [] {}); });
  const std::string left = world.leftovers();
  CHECK(has(left, "server: Echo,0,10.0.0.2 is open, 0 bytes queued\n"));
  CHECK(has(left, "client: Recorder,client is open, 8"));
  CHECK(has(left, "client: a call is due in 90.000 s\n"));
  CHECK(!has(left, "were made"));
  CHECK(!has(left, "are known"));
}

TEST_CASE("World::finish lets a protocol that ends make hosts") {
  // Sees its host's memory go.
  class Builder : public Recorder {
   public:
    explicit Builder(World& world) : world_(world) {}
    void connectionLost(const Failure& why) override {
      Recorder::connectionLost(why);
      for (int i = 0; i < 100; ++i) world_.host("new " + std::to_string(i));
    }

   private:
    World& world_;
  };
  World world;
  serve(world);
  const auto client = world.host("client").connect<Builder>("server", 8001, world);
  world.advance(0s);
  world.host("client").powerOff();
  // Behind it, with something to let go of.
  world.host("other").run([] { reactor().listenTCP(1, Factory::forProtocol<Echo>()); });
  world.finish();
  CHECK(client->lost());
  CHECK(world.host("other").descriptors() == 0);
  CHECK(world.host("new 99").address().host() == "10.0.0.103");
}

TEST_CASE("World::finish has everybody finish, and is content when nothing is left [RC13]") {
  World world;
  world.setDelay(20ms);
  serve(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  const auto other = world.host("other").connect<Recorder>("server", 8001);
  world.advance(1s);
  client->transport->write("hello");
  other->transport->pauseProducing();
  world.host("other").connect<Recorder>("server", 9999);
  SUBCASE("in good order") {}
  SUBCASE("with a partition") { world.partition("server", "client"); }
  SUBCASE("with a suspended host") { world.host("client").suspend(); }
  SUBCASE("with a host that is off") { world.host("client").powerOff(); }
  SUBCASE("with a host that stops already") {
    world.host("client").run([] { reactor().stop(); });
  }
  world.finish();
  CHECK(world.leftovers() == "");
  CHECK(client->lost());
  CHECK(other->lost());
  CHECK(world.host("server").descriptors() == 0);
}

TEST_CASE("World::finish says loudly what is left, by name") {
  World world;
  serve(world);
  world.host("client").run([] { reactor().callLater(2h, [] {}); });
  bool thrown = false;
  try {
    world.finish();
  } catch (const Leftovers& left) {
    thrown = true;
    CHECK(has(left.what(), "client: a call is due in 7200.000 s\n"));
    CHECK(!has(left.what(), "server"));
  }
  CHECK(thrown);
}

TEST_CASE("World::finish names a host that does not stop") {
  World world;
  serve(world);
  auto never = std::make_shared<Promise<void>>();
  world.host("server").run([&] {
    reactor().addSystemEventTrigger("before", "shutdown", [never] { return never->deferred(); });
  });
  std::string left;
  try {
    world.finish();
  } catch (const Leftovers& thrown) {
    left = thrown.what();
  }
  CHECK(has(left, "server: has not stopped\n"));
  never->callback();
}

TEST_CASE("World::finish ends the loops that were given to spawn(), without a line in the log") {
  const test::CapturedLog log;
  World world;
  serve(world);
  int ticks = 0;
  const auto loops = [&ticks]() -> Deferred<void> {
    for (;;) {
      co_await sleep(1s);
      ++ticks;
    }
  };
  world.host("server").run([&] { spawn(loops); });
  world.host("client").run([&] { spawn(loops); });
  world.advance(3s);
  CHECK(ticks >= 4);
  world.finish();
  CHECK(world.leftovers() == "");
  const int before = ticks;
  world.advance(10s);
  CHECK(ticks == before);
  CHECK(log.lines().empty());
}

TEST_CASE("World::finish names a loop that does not let itself be ended") {
  bool mayEnd = false;
  World world;
  world.host("client").run([&] {
    spawn([&mayEnd]() -> Deferred<void> {
      while (!mayEnd) {
        try {
          co_await sleep(1s);
        } catch (const Error&) {
        }
      }
    });
  });
  CHECK_THROWS_AS(world.finish(), Leftovers);
  mayEnd = true;
}

TEST_CASE("World::finish does not name the ports of a host that does not stop") {
  World world;
  serve(world);
  auto never = std::make_shared<Promise<void>>();
  world.host("server").run([&] {
    reactor().addSystemEventTrigger("before", "shutdown", [never] { return never->deferred(); });
  });
  std::string left;
  try {
    world.finish();
  } catch (const Leftovers& thrown) {
    left = thrown.what();
  }
  CHECK(has(left, "has not stopped"));
  CHECK(!has(left, "listens"));
  never->callback();
}

TEST_CASE("World::finish lets the last bytes of the clients arrive") {
  // Sends the end of what it has to say when it is asked to finish.
  class Farewell : public Recorder {
    void drainRequested() override {
      transport->write("bye");
      transport->loseConnection();
    }
  };
  World world;
  world.setDelay(20ms);
  const auto server = std::make_shared<sim::Recorder>();
  SUBCASE("whichever host was made first") { world.host("client"); }
  SUBCASE("with a slow wire") { world.setBandwidth(100'000); }
  SUBCASE("in small pieces") { world.setSegmentation({.maxReceive = 7}); }
  world.host("server").run([&] {
    reactor().listenTCP(
        8001, std::make_shared<ProtocolFactory<Recorder>>([&](const Address&) { return server; }));
  });
  const auto client = world.host("client").connect<Farewell>("server", 8001);
  world.advance(1s);
  const std::string last(100'000, 'x');
  client->transport->write(last);
  world.finish();
  CHECK(server->received() == last + "bye");
  CHECK(server->lost());
}
