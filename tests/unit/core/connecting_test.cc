// A connector and its factory, in a simulated world: what is asked of them from inside their own
// callbacks. PT18, PT19, PT20, PT22.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>

#include "ropewalk/connector.h"
#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"

namespace ropewalk::test {
namespace {

constexpr int kPort = 8000;

struct Connecting {
  explicit Connecting(const ListenOptions& options = {}) {
    server.run([&] { reactor().listenTCP(kPort, Factory::forProtocol<sim::Recorder>(), options); });
  }
  std::shared_ptr<Connector> connect(std::shared_ptr<ClientFactory> factory) {
    std::shared_ptr<Connector> connector;
    client.run([&] { connector = reactor().connectTCP("server", kPort, std::move(factory)); });
    return connector;
  }

  sim::World world;
  sim::Host& server = world.host("server");
  sim::Host& client = world.host("client");
};

// Counts its connections, and how often it is let go of.
struct Counting : ClientFactory {
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    ++open;
    return std::make_shared<sim::Recorder>();
  }
  void clientConnectionLost(Connector&, const Failure&) override { --open; }
  void startFactory() override { ++started; }
  void stopFactory() override {
    ++stopped;
    CHECK(open == 0);
  }

  int open = 0;
  int started = 0;
  int stopped = 0;
};

// Connects again when its connection is lost, and thinks better of it at once.
struct Wavering : Counting {
  void startedConnecting(Connector& connector) override {
    if (wavers) connector.stopConnecting();
  }
  void clientConnectionLost(Connector& connector, const Failure& why) override {
    Counting::clientConnectionLost(connector, why);
    wavers = true;
    connector.connect();
  }

  bool wavers = false;
};

TEST_CASE("a simulated connect to its own address and port is refused, too [PT17]") {
  for (const char* const host : {"127.0.0.1", "10.0.0.2", "::1"}) {
    Connecting test;
    struct Refused : Counting {
      void clientConnectionFailed(Connector&, const Failure& failed) override { reason = failed; }
      Failure reason;
    };
    const auto refused = std::make_shared<Refused>();
    ConnectOptions options;
    options.bindHost = host;
    options.bindPort = kPort + 1;
    test.client.run([&] { reactor().connectTCP(host, kPort + 1, refused, options); });
    test.world.runUntilIdle();
    CHECK(refused->reason.check<ConnectionRefusedError>());
    CHECK(refused->open == 0);
  }
}

TEST_CASE(
    "who gives no factory is told so, and who does not care how it went finds it in the log") {
  const CapturedLog log;
  Connecting test;
  test.client.run([] {
    CHECK_THROWS_AS(reactor().listenTCP(kPort, nullptr), std::invalid_argument);
    CHECK_THROWS_AS(reactor().connectTCP("server", kPort, nullptr), std::invalid_argument);
    CHECK_THROWS_AS(reactor().adoptStreamPort(3, nullptr), std::invalid_argument);
    CHECK_THROWS_AS(reactor().adoptStreamConnection(3, nullptr), std::invalid_argument);
    CHECK_THROWS_AS(ClientFactory::of(nullptr), std::invalid_argument);
    reactor().connectTCP("server", kPort + 1, Factory::forProtocol<sim::Recorder>());
  });
  test.world.advance(1s);
  CHECK(log.has("no connection", "server"));
}

// Connects again as soon as it is started once more.
struct Eager : Counting {
  void startFactory() override {
    Counting::startFactory();
    if (const auto mine = connector.lock()) CHECK_THROWS_AS(mine->connect(), AlreadyConnecting);
  }
  void startedConnecting(Connector&) override { ++attempts; }

  std::weak_ptr<Connector> connector;
  int attempts = 0;
};

TEST_CASE("a factory that connects while it is started begins one attempt, not two [PT18]") {
  Connecting test;
  const auto factory = std::make_shared<Eager>();
  const auto connector = test.connect(factory);
  factory->connector = connector;
  test.world.advance(1s);
  test.client.run([&] { connector->disconnect(); });
  test.world.advance(1s);
  CHECK(factory->stopped == 1);
  test.client.run([&] { connector->connect(); });
  test.world.advance(1min);
  CHECK(factory->attempts == 2);
  CHECK(connector->state() == Connector::State::Connected);
}

// Cannot be started the second time.
struct Unready : Counting {
  void startFactory() override {
    Counting::startFactory();
    if (started == 2) throw std::runtime_error("not yet");
  }
};

TEST_CASE("a connector whose factory could not be started can be asked again [PT18]") {
  Connecting test;
  const auto factory = std::make_shared<Unready>();
  const auto connector = test.connect(factory);
  test.world.advance(1s);
  connector->disconnect();
  test.world.advance(1s);
  REQUIRE(factory->stopped == 1);
  test.client.run([&] { CHECK_THROWS_WITH(connector->connect(), "not yet"); });
  CHECK(connector->state() == Connector::State::Disconnected);
  test.client.run([&] { connector->connect(); });
  test.world.advance(1s);
  CHECK(connector->state() == Connector::State::Connected);
  CHECK(factory->started == 3);
}

TEST_CASE("a factory is let go of once by a connector that tries again and gives up [PT8][PT19]") {
  Connecting test;
  const auto factory = std::make_shared<Wavering>();
  const auto first = test.connect(factory);
  const auto second = test.connect(factory);
  test.world.advance(1s);
  REQUIRE(factory->open == 2);
  first->disconnect();
  test.world.advance(1s);
  CHECK(factory->open == 1);
  CHECK(factory->stopped == 0);
  second->disconnect();
  test.world.advance(1s);
  CHECK(factory->started == 1);
  CHECK(factory->stopped == 1);
}

// Wants to be rid of a connection before it has a protocol for it.
struct Reluctant : Counting {
  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override {
    connector->disconnect();
    return Counting::buildProtocol(peer);
  }

  std::shared_ptr<Connector> connector;
};

TEST_CASE("disconnect while the protocol is built ends the connection when it is there [PT20]") {
  Connecting test;
  const auto factory = std::make_shared<Reluctant>();
  factory->connector = test.connect(factory);
  test.world.advance(5s);
  CHECK(factory->connector->state() == Connector::State::Disconnected);
  CHECK(factory->open == 0);
  CHECK(factory->stopped == 1);
  factory->connector.reset();
}

TEST_CASE("a local port alone is one of the family of the peer [PT22]") {
  Connecting test(ListenOptions("::"));
  for (const char* server : {"10.0.0.1", "fd00::1"}) {
    CAPTURE(server);
    const auto factory = std::make_shared<Counting>();
    ConnectOptions options;
    options.bindPort = 5000;
    std::shared_ptr<Connector> connector;
    test.client.run([&] { connector = reactor().connectTCP(server, kPort, factory, options); });
    test.world.advance(1s);
    CHECK(factory->open == 1);
    connector->disconnect();
    test.world.advance(5s);
  }
}

// One protocol for all its connections, one after the other.
struct Reusing : ClientFactory {
  std::shared_ptr<Protocol> buildProtocol(const Address&) override { return protocol; }
  void clientConnectionLost(Connector& connector, const Failure&) override {
    if (protocol->began < 2) connector.connect();
  }

  struct Begins : sim::Recorder {
    void connectionMade() override {
      spawn([this]() { return work(); });
    }
    Deferred<void> work() {
      ++began;
      co_await ropewalk::sleep(1s);
      ++went;
      transport->loseConnection();
    }
    int began = 0;
    int went = 0;
  };
  std::shared_ptr<Begins> protocol = std::make_shared<Begins>();
};

TEST_CASE("a protocol that gets a second connection may begin something there") {
  Connecting test;
  const auto factory = std::make_shared<Reusing>();
  test.connect(factory);
  test.world.advance(1min);
  CHECK(factory->protocol->began == 2);
  CHECK(factory->protocol->went == 2);
  factory->protocol.reset();  // it knows its factory
}

}  // namespace
}  // namespace ropewalk::test
