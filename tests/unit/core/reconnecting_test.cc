#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>

#include "ropewalk/connector.h"
#include "ropewalk/echo.h"
#include "ropewalk/reactor.h"
#include "ropewalk/reconnecting_client_factory.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"

namespace ropewalk::test {
namespace {

constexpr int kPort = 8000;

// Notes when it tries, and builds an echo.
class Trying : public ReconnectingClientFactory {
 public:
  Trying() : ReconnectingClientFactory(Factory::forProtocol<echo::Echo>()) {
    noisy = false;
    jitter = 0;
  }
  void startedConnecting(Connector& connector) override {
    ReconnectingClientFactory::startedConnecting(connector);
    ++tries;
  }
  void startFactory() override { ++started; }
  void stopFactory() override { ++stopped; }

  int tries = 0;
  int started = 0;
  int stopped = 0;
};

struct Client {
  Client() {
    host.run([this] { connector = reactor().connectTCP("server", kPort, factory); });
    world.advance(0s);
  }
  void serve() {
    server.run([this] { port = reactor().listenTCP(kPort, Factory::forProtocol<echo::Echo>()); });
  }
  std::size_t open() { return server.reactor().statistics().open; }
  std::size_t waiting() { return host.reactor().getDelayedCalls().size(); }

  std::shared_ptr<Trying> factory = std::make_shared<Trying>();
  sim::World world;
  sim::Host& server = world.host("server");
  sim::Host& host = world.host("client");
  std::shared_ptr<Connector> connector;
  std::shared_ptr<ListeningPort> port;
};

TEST_CASE("the delay grows by its factor up to the longest [SV5]") {
  Client client;
  // As Twisted has them without jitter, in milliseconds.
  for (const int expected :
       {2718, 7389, 20086, 54598, 148413, 403429, 1096633, 2980958, 3600000, 3600000}) {
    const Duration delay = client.factory->delay();
    CHECK(std::chrono::round<std::chrono::milliseconds>(delay).count() == expected);
    const int before = client.factory->tries;
    client.world.advance(delay - 1ns);
    CHECK(client.factory->tries == before);
    client.world.advance(1ns);
    CHECK(client.factory->tries == before + 1);
  }
}

TEST_CASE(
    "a connection that is made starts the delay from the beginning, and one that is lost "
    "comes back [SV5]") {
  Client client;
  client.world.advance(5s);
  CHECK(client.factory->retries() == 2);
  client.serve();
  client.world.advance(8s);
  CHECK(client.open() == 1);
  CHECK(client.factory->retries() == 0);
  client.world.reset("client", "server");
  client.world.advance(0s);
  CHECK(client.factory->retries() == 1);
  CHECK(client.factory->delay() / 1ms == 2718);
  CHECK(client.open() == 0);
  client.world.advance(3s);
  CHECK(client.open() == 1);
}

TEST_CASE("the factory is stopped between attempts, and started for each [SV5] [PT19]") {
  Client client;
  CHECK(client.factory->started == 1);
  CHECK(client.factory->stopped == 1);
  client.world.advance(3s);
  CHECK(client.factory->started == 2);
}

TEST_CASE("stopTrying drops the attempt that waits, and resetDelay lets it try again [SV5]") {
  Client client;
  CHECK(client.waiting() == 1);
  client.host.run([&] { client.factory->stopTrying(); });
  CHECK(client.waiting() == 0);
  client.world.advance(1h);
  CHECK(client.factory->tries == 1);
  client.factory->resetDelay();
  client.host.run([&] { reactor().connectTCP("server", kPort, client.factory); });
  client.world.advance(3s);
  CHECK(client.factory->tries == 3);
}

TEST_CASE("an attempt that somebody makes by hand takes the place of the one that waits [SV5]") {
  CapturedLog log;
  Client client;
  CHECK(client.waiting() == 1);
  client.serve();
  SUBCASE("and succeeds") {
    client.host.run([&] { client.connector->connect(); });
    client.world.advance(0s);
    CHECK(client.waiting() == 0);
    client.world.advance(1h);
    CHECK(client.factory->tries == 2);
    CHECK(client.open() == 1);
  }
  SUBCASE("and fails, which begins to wait anew") {
    client.server.setFirewall(kPort, sim::Firewall::Refuse);
    client.world.advance(2s);
    client.host.run([&] { client.connector->connect(); });
    client.world.advance(0s);
    CHECK(client.factory->tries == 2);
    CHECK(client.waiting() == 1);
    // When the first one would have been due.
    client.world.advance(1s);
    CHECK(client.factory->tries == 2);
    client.world.advance(7s);
    CHECK(client.factory->tries == 3);
  }
  CHECK(log.text() == "");
}

TEST_CASE("a factory makes an attempt by hand as soon as it is told of the loss [SV5]") {
  // Has no patience, and nobody else keeps its connector.
  class Hasty : public Trying {
   public:
    void clientConnectionFailed(Connector& connector, const Failure& why) override {
      Trying::clientConnectionFailed(connector, why);
      if (tries < 3) connector.connect();
    }
  };
  CapturedLog log;
  const auto factory = std::make_shared<Hasty>();
  sim::World world;
  world.host("server");
  world.host("client").run([&] { reactor().connectTCP("server", kPort, factory); });
  world.advance(0s);
  CHECK(factory->tries == 3);
  CHECK(world.host("client").reactor().getDelayedCalls().size() == 1);
  CHECK(log.text() == "");
}

TEST_CASE("stopTrying stops an attempt that goes on [SV5]") {
  Client client;
  client.server.setFirewall(kPort, sim::Firewall::Drop);
  client.world.advance(3s);
  CHECK(client.factory->tries == 2);
  client.host.run([&] { client.factory->stopTrying(); });
  CHECK(client.factory->stopped == 2);
  client.world.advance(1h);
  CHECK(client.factory->tries == 2);
  CHECK(client.host.descriptors() == 0);
}

TEST_CASE("stopTrying while connected leaves the connection, and does not bring it back [SV5]") {
  Client client;
  client.serve();
  client.world.advance(3s);
  client.host.run([&] { client.factory->stopTrying(); });
  client.world.advance(1min);
  CHECK(client.open() == 1);
  client.world.reset("client", "server");
  client.world.advance(1h);
  CHECK(client.open() == 0);
}

TEST_CASE("maxRetries attempts in vain are enough [SV5]") {
  sim::World world;
  const auto factory = std::make_shared<Trying>();
  factory->maxRetries = 3;
  sim::Host& host = world.host("client");
  world.host("server");
  host.run([&] { reactor().connectTCP("server", kPort, factory); });
  world.advance(1h);
  CHECK(factory->tries == 4);
  CHECK(factory->started == factory->stopped);
  world.finish();
}

TEST_CASE("jitter spreads the delay around what it would be, by chance from the seed [SV5]") {
  const auto delayOf = [](std::uint64_t seed) {
    sim::World world(seed);
    const auto factory = std::make_shared<Trying>();
    factory->jitter = 0.119626565582;
    world.host("server");
    world.host("client").run([&] { reactor().connectTCP("server", kPort, factory); });
    world.advance(0s);
    return std::chrono::duration<double>(factory->delay()).count();
  };
  double sum = 0, squares = 0;
  constexpr int kWorlds = 200;
  for (int seed = 1; seed <= kWorlds; ++seed) {
    const double delay = delayOf(static_cast<std::uint64_t>(seed)) / 2.7182818284590451;
    sum += delay;
    squares += delay * delay;
  }
  const double mean = sum / kWorlds;
  const double deviation = std::sqrt(squares / kWorlds - mean * mean);
  CHECK(mean == doctest::Approx(1).epsilon(0.05));
  CHECK(deviation == doctest::Approx(0.12).epsilon(0.2));
  CHECK(delayOf(7) == delayOf(7));
}

TEST_CASE("a reactor that stops drops the attempt that waits") {
  const auto factory = std::make_shared<Trying>();
  {
    sim::World world;
    world.host("server");
    world.host("client").run([&] { reactor().connectTCP("server", kPort, factory); });
    world.advance(1s);
  }
  CHECK(factory->tries == 1);
  CHECK(factory.use_count() == 1);
}

TEST_CASE("the longest delay may be as long as time goes") {
  for (const Duration longest : {Duration::max(), Duration(24h * 365 * 200)}) {
    Client client;
    client.factory->maxDelay = longest;
    client.world.advance(1h);
    CHECK(client.factory->tries > 5);
    client.world.advance(24h * 365 * 100);
    CHECK(client.factory->delay() > 24h * 365);
  }
}

TEST_CASE("a delay that would be longer than time goes is as long as that") {
  Client client;
  client.factory->maxDelay = Duration::max();
  client.factory->factor = 1e30;
  client.world.advance(10s);
  CHECK(client.factory->delay() == Duration::max());
}

TEST_CASE("whoever is built may stop it [SV5]") {
  struct Stopping : echo::Echo {
    explicit Stopping(std::weak_ptr<ReconnectingClientFactory>* its) { its->lock()->stopTrying(); }
    void connectionMade() override { transport->loseConnection(); }
  };
  std::weak_ptr<ReconnectingClientFactory> weak;
  const auto factory =
      std::make_shared<ReconnectingClientFactory>(Factory::forProtocol<Stopping>(&weak));
  weak = factory;
  sim::World world;
  world.host("server").run([] { reactor().listenTCP(kPort, Factory::forProtocol<echo::Echo>()); });
  world.host("client").run([&] { reactor().connectTCP("server", kPort, factory); });
  world.advance(1h);
  CHECK(world.host("server").reactor().statistics().accepted == 1);
}

TEST_CASE("stopTrying ends it for every connector that shares the factory") {
  Client client;
  client.host.run([&] { reactor().connectTCP("server", kPort, client.factory); });
  client.world.advance(1s);
  client.factory->stopTrying();
  const int before = client.factory->tries;
  client.world.advance(1h);
  CHECK(client.factory->tries == before);
}

}  // namespace
}  // namespace ropewalk::test
