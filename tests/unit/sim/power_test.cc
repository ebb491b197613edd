// Hosts that stand still, that are gone, and that come back.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"

using namespace ropewalk;
using sim::Recorder;
using sim::World;

namespace {

class Echo : public Recorder {
 public:
  explicit Echo(int* lost = nullptr) : lost_(lost) {}
  void dataReceived(std::string_view data) override { transport->write(data); }
  void connectionLost(const Failure& why) override {
    Recorder::connectionLost(why);
    transport->write("too late");
    if (lost_ != nullptr) ++*lost_;
  }

 private:
  int* lost_;
};

struct Scene {
  Scene() {
    serve();
    client = world.host("client").connect<Recorder>("server", 8001);
    world.advance(0s);
    REQUIRE(client->made());
  }

  void serve() {
    world.host("server").run(
        [this] { reactor().listenTCP(8001, Factory::forProtocol<Echo>(&lost)); });
  }

  int lost = 0;
  World world;
  sim::Host& server = world.host("server");
  std::shared_ptr<Recorder> client;
};

}  // namespace

TEST_CASE("A suspended host does nothing, and goes on where it was") {
  Scene scene;
  int beats = 0;
  scene.server.run([&] {
    reactor().callLater(1s, [&] { ++beats; });
    reactor().callLater(20s, [&] { ++beats; });
  });
  scene.server.suspend();
  scene.client->transport->write("hello");
  scene.client->transport->write(", world");
  scene.world.advance(10s);
  CHECK(scene.client->received() == "");
  CHECK(beats == 0);
  scene.server.resume();
  scene.world.advance(0s);
  CHECK(scene.client->received() == "hello, world");
  CHECK(beats == 1);
  scene.world.advance(10s);
  CHECK(beats == 2);
}

TEST_CASE("Packets that a suspended host misses reach it in their order") {
  Scene scene;
  scene.world.setDelay(100ms);
  std::string sent;
  for (char letter = 'a'; letter <= 'j'; ++letter) {
    if (letter == 'c') scene.server.suspend();
    scene.client->transport->write(std::string(1, letter));
    sent += letter;
    scene.world.advance(30ms);
  }
  scene.server.resume();
  scene.world.advance(1s);
  CHECK(scene.client->received() == sent);
}

TEST_CASE("A host that is off tells nobody, and answers nobody") {
  Scene scene;
  scene.world.setDelay(10ms);
  scene.server.powerOff();
  scene.client->transport->write("is anybody there?");
  const auto late = scene.world.host("client").connect<Recorder>("server", 8001);
  scene.world.advance(1h);
  CHECK(!scene.client->lost());
  CHECK(scene.client->received() == "");
  CHECK(late->reason().check<TimeoutError>());
  CHECK(scene.lost == 0);
  CHECK_THROWS_AS(scene.server.reactor(), Error);
  CHECK_THROWS_AS(scene.server.connect<Recorder>("client", 1), Error);
}

TEST_CASE("A host that comes back knows nothing of its old connections, and says so") {
  Scene scene;
  const TransportRef old = scene.client->transport;
  scene.server.powerOff();
  scene.client->transport->write("is anybody there?");
  scene.world.advance(10s);
  scene.server.powerOn();
  // Its protocols have been told; what they wrote at their end went nowhere.
  CHECK(scene.lost == 1);
  CHECK(scene.server.descriptors() == 0);
  scene.world.advance(0s);
  CHECK(scene.client->lost());
  CHECK(scene.client->reason().code().value() == ECONNRESET);
  CHECK(scene.client->received() == "");

  const auto nobody = scene.world.host("client").connect<Recorder>("server", 8001);
  scene.world.advance(0s);
  CHECK(nobody->reason().check<ConnectionRefusedError>());
  scene.serve();
  const auto again = scene.world.host("client").connect<Recorder>("server", 8001);
  scene.world.advance(0s);
  again->transport->write("hello");
  scene.world.advance(0s);
  CHECK(again->received() == "hello");
  // Its reactor has never seen the first one.
  CHECK(scene.server.reactor().statistics().accepted == 1);
}

TEST_CASE("A host that comes back has forgotten what it had still to send") {
  class Pushy : public Protocol {
    void connectionMade() override { transport->write(std::string(200'000, 'x')); }
  };
  class Slow : public Recorder {
    void connectionMade() override { transport->pauseProducing(); }
  };
  World world;
  world.setBuffers({.send = 100'000, .receive = 50'000});
  sim::Host& server = world.host("server");
  server.run([] { reactor().listenTCP(8001, Factory::forProtocol<Pushy>()); });
  const auto client = world.host("client").connect<Slow>("server", 8001);
  world.advance(1s);
  server.powerOff();
  server.powerOn();
  world.advance(1s);
  client->transport->resumeProducing();
  world.advance(1s);
  CHECK(client->received().size() == 50'000);
  CHECK(client->lost());
}

TEST_CASE("Who asks a host that is off is heard when it is back in time") {
  Scene scene;
  scene.world.setDelay(100ms);
  const auto early = scene.world.host("client").connect<Recorder>("server", 8001);
  scene.world.advance(50ms);
  scene.server.powerOff();
  const auto late = scene.world.host("client").connect<Recorder>("server", 8001);
  scene.world.advance(5s);
  scene.server.powerOn();
  scene.serve();
  scene.world.advance(1s);
  CHECK(early->made());
  CHECK(late->made());
}

TEST_CASE("A host that comes back hears only what was sent to it, not to others") {
  Scene scene;
  const auto other = scene.world.host("other").connect<Recorder>("server", 8001);
  scene.world.advance(0s);
  scene.world.setDelay(1s);
  scene.client->transport->write("hello");
  other->transport->write("good day");
  scene.world.advance(1500ms);
  scene.world.host("client").suspend();
  scene.world.host("other").suspend();
  scene.world.advance(1s);
  scene.world.host("client").resume();
  scene.world.advance(1s);
  CHECK(scene.client->received() == "hello");
  scene.world.host("other").resume();
  scene.world.advance(1s);
  CHECK(other->received() == "good day");
}

TEST_CASE("A peer that says nothing does not notice that a host was off and came back") {
  Scene scene;
  scene.server.powerOff();
  scene.world.advance(1min);
  scene.server.powerOn();
  scene.world.advance(1min);
  CHECK(!scene.client->lost());
  scene.client->transport->write("hello?");
  scene.world.advance(0s);
  CHECK(scene.client->lost());
}

TEST_CASE("What was on its way when its sender went off still arrives") {
  Scene scene;
  scene.world.setDelay(1s);
  scene.client->transport->write("goodbye");
  scene.world.advance(500ms);
  scene.world.host("client").powerOff();
  scene.world.advance(1s);
  CHECK(scene.server.reactor().statistics().bytesReceived == 7);
  scene.world.advance(10s);
  CHECK(!scene.client->lost());
}

TEST_CASE("A host can be switched off by its own code, but not on by anybody's") {
  Scene scene;
  bool refused = false;
  scene.world.host("client").run([] { reactor().listenTCP(8002, Factory::forProtocol<Echo>()); });
  scene.server.run([&] {
    reactor().callLater(1s, [&] {
      scene.server.powerOff();
      reactor().connectTCP("10.0.0.2", 8002, Factory::forProtocol<Echo>());
      try {
        scene.server.powerOn();
      } catch (const Error&) {
        refused = true;
      }
    });
  });
  scene.world.advance(2s);
  CHECK(refused);
  scene.client->transport->write("hello?");
  scene.world.advance(1s);
  CHECK(scene.client->received() == "");
  for (const std::string& line : scene.world.trace()) {
    CHECK(line.find("> client:8002") == std::string::npos);
  }
  scene.server.powerOn();
  scene.world.advance(1s);
  CHECK(scene.client->lost());
}

TEST_CASE("A World with hosts that are off or suspended still ends every protocol [RC13]") {
  std::shared_ptr<Recorder> suspended;
  std::shared_ptr<Recorder> off;
  int lost = 0;
  {
    World world;
    world.host("server").run([&] { reactor().listenTCP(8001, Factory::forProtocol<Echo>(&lost)); });
    suspended = world.host("suspended").connect<Recorder>("server", 8001);
    off = world.host("off").connect<Recorder>("server", 8001);
    world.advance(0s);
    world.host("suspended").suspend();
    world.host("off").powerOff();
    world.host("server").powerOff();
    world.advance(1s);
  }
  CHECK(lost == 2);
  CHECK(suspended->lost());
  CHECK(off->lost());
}
