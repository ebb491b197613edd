// A reactor that stops or drains, in a simulated world: what was written before leaves, what was
// known before is said, and nothing new is begun.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/connector.h"
#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"

namespace ropewalk::test {
namespace {

constexpr int kPort = 8000;

// One connection to a server, which does what the test says when it is spoken to.
struct Stopped {
  explicit Stopped(std::function<void(Protocol&)> deed, bool deaf = false) : does(std::move(deed)) {
    world.host("server").run(
        [this] { reactor().listenTCP(kPort, Factory::forProtocol<Server>(this)); });
    client = world.host("client").connect<sim::Recorder>("server", kPort);
    world.advance(1s);
    client->transport->write("go");
    if (deaf) client->transport->pauseProducing();
    world.advance(1s);
  }

  struct Server : Protocol {
    explicit Server(Stopped* of) : owner(*of) {}
    void dataReceived(std::string_view) override { owner.does(*this); }
    void connectionLost(const Failure& why) override { owner.reason = why; }
    Stopped& owner;
  };

  std::function<void(Protocol&)> does;
  Failure reason;
  sim::World world;
  std::shared_ptr<sim::Recorder> client;
};

TEST_CASE("what a timed call writes before it stops the reactor leaves [RC13][LF11]") {
  Stopped stopped([](Protocol& self) {
    reactor().callLater(0s, [transport = self.transport] {
      transport->write("goodbye");
      reactor().stop();
    });
  });
  CHECK(stopped.client->received() == "goodbye");
  CHECK(stopped.reason.check<ConnectionLost>());
}

TEST_CASE("a reason that is known when the reactor stops is the one that is told [CL7][LF7]") {
  SUBCASE("an abort") {
    Stopped stopped([](Protocol& self) {
      self.transport->abortConnection();
      reactor().stop();
    });
    CHECK(stopped.reason.check<ConnectionAborted>());
  }
  SUBCASE("what a callback throws") {
    const QuietLog quiet;
    Stopped stopped([](Protocol&) {
      reactor().stop();
      throw std::runtime_error("mine");
    });
    CHECK(stopped.reason.what() == "mine");
  }
  SUBCASE("what a callback threw, while the peer does not read what was written before") {
    const QuietLog quiet;
    Stopped stopped(
        [](Protocol& self) {
          self.transport->write(std::string(9'000'000, 'x'));
          throw std::runtime_error("mine");
        },
        true);
    REQUIRE(!stopped.reason);
    stopped.world.host("server").run([] { reactor().stop(); });
    stopped.world.advance(1s);
    CHECK(stopped.reason.what() == "mine");
  }
}

TEST_CASE("a second drain may be shorter, not longer") {
  for (const Duration second : {Duration(1s), Duration(9s)}) {
    Stopped stopped([](Protocol&) {});
    struct Stubborn : sim::Recorder {
      void drainRequested() override {}
    };
    sim::Host& host = stopped.world.host("client");
    const auto stubborn = host.connect<Stubborn>("server", kPort);
    stopped.world.advance(1s);
    const TimePoint before = stopped.world.now();
    host.run([&] {
      reactor().drain(5s);
      reactor().drain(second);
    });
    CHECK(stopped.world.runUntil([&] { return stubborn->lost(); }));
    CHECK(stopped.world.now() - before == std::min(second, Duration(5s)));
  }
}

// Connects again whenever its connection is lost.
struct Again : ClientFactory {
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return std::make_shared<sim::Recorder>();
  }
  void clientConnectionLost(Connector& connector, const Failure&) override { connector.connect(); }
  void clientConnectionFailed(Connector&, const Failure& failure) override { why = failure; }

  Failure why;
};

TEST_CASE("who connects again while the reactor drains is refused, and does not delay the stop") {
  Stopped stopped([](Protocol&) {});
  struct Slow : sim::Recorder {
    void drainRequested() override {
      callLater(200ms, [this] { transport->loseConnection(); });
    }
  };
  const auto again = std::make_shared<Again>();
  sim::Host& host = stopped.world.host("client");
  host.run([&] { reactor().connectTCP("server", kPort, again); });
  const auto slow = host.connect<Slow>("server", kPort);
  stopped.world.advance(1s);
  const TimePoint before = stopped.world.now();
  host.run([] { reactor().drain(); });
  const Reactor& draining = host.reactor();
  CHECK(stopped.world.runUntil([&] { return !draining.isRunning(); }));
  CHECK(stopped.world.now() - before < 1s);
  CHECK(slow->reason().check<ConnectionDone>());
  CHECK(again->why.check<UserError>());
}

}  // namespace
}  // namespace ropewalk::test
