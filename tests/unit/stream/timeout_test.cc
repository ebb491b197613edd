#include "ropewalk/timeout.h"

#include <doctest/doctest.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/sim.h"
#include "support/captured_log.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

constexpr Duration kLate = 250ms;  // at most

// Two timeouts: `first` calls `onTimeout`, `second` closes the connection.
struct Timed : sim::Recorder {
  explicit Timed(std::function<void(Timed&)> call = {}) : onTimeout(std::move(call)) {}

  std::function<void(Timed&)> onTimeout;
  int passed = 0;
  Timeout first{*this, [this] {
                  ++passed;
                  if (onTimeout) onTimeout(*this);
                }};
  Timeout second{*this};
};

struct Stage {
  explicit Stage(std::function<void(Timed&)> call = {})
      : protocol(std::make_shared<Timed>(std::move(call))) {
    protocol->makeConnection(wire);
  }

  sim::StringTransport wire;
  std::shared_ptr<Timed> protocol;
  Timeout& first = protocol->first;
};

TEST_CASE("a timeout passes once, never early, at most 0.25 s late [PO1]") {
  for (const Duration period :
       std::initializer_list<Duration>{0s, 1ns, 249ms, 250ms, 1s, 64s, 25h}) {
    CAPTURE(period.count());
    Stage stage;
    stage.first.set(period);
    CHECK(stage.first.active());
    if (period > 0s) stage.wire.advance(period - 1ns);
    CHECK(stage.protocol->passed == 0);
    stage.wire.advance(kLate + 1ns);
    CHECK(stage.protocol->passed == 1);
    CHECK(!stage.first.active());
    CHECK(stage.first.period() == period);
    stage.wire.advance(48h);
    CHECK(stage.protocol->passed == 1);
  }
}

TEST_CASE("each restart() counts from now, and set() returns the period before [PO1]") {
  Stage stage;
  CHECK(stage.first.set(10s) == std::nullopt);
  for (int i = 0; i < 20; ++i) {
    stage.wire.advance(9s);
    stage.first.restart();
  }
  CHECK(stage.protocol->passed == 0);
  CHECK(stage.first.set(3s) == Duration(10s));
  stage.wire.advance(3s + kLate);
  CHECK(stage.protocol->passed == 1);
  stage.first.restart();  // after it has passed, too
  stage.wire.advance(3s + kLate);
  CHECK(stage.protocol->passed == 2);
}

TEST_CASE("a timeout that is stopped does not pass until it is set again [PO1]") {
  Stage stage;
  stage.first.set(1s);
  stage.first.stop();
  CHECK(!stage.first.active());
  CHECK(stage.first.period() == std::nullopt);
  stage.first.restart();
  stage.wire.advance(1h);
  CHECK(stage.protocol->passed == 0);
  CHECK(stage.first.set(1s) == std::nullopt);
  stage.wire.advance(1s + kLate);
  CHECK(stage.protocol->passed == 1);
}

TEST_CASE("a timeout that is not told what to do closes the connection and says why [PO1]") {
  const CapturedLog log;
  Stage stage;
  stage.protocol->second.set(1500ms);
  stage.wire.run([&] { stage.protocol->transport->write("goodbye"); });
  stage.wire.advance(1500ms + kLate);
  CHECK(stage.wire.isFinished());
  CHECK(stage.wire.value() == "goodbye");
  stage.wire.peerCloses();
  REQUIRE(stage.protocol->lost());
  CHECK(stage.protocol->reason().check<PeerTimeoutError>());
  CHECK(stage.protocol->reason().what() == std::string("timed out after 1.5 s"));
  CHECK(log.text() == "");
}

TEST_CASE("the timeouts of a protocol do not disturb each other") {
  Stage stage;
  stage.protocol->second.set(2s);
  stage.first.set(1s);
  stage.wire.advance(1s + kLate);
  CHECK(stage.protocol->passed == 1);
  CHECK(!stage.wire.isDisconnecting());
  stage.first.stop();
  stage.wire.advance(1s);
  CHECK(stage.wire.isDisconnecting());
}

TEST_CASE("what a timeout calls may restart it, as for a minimum rate") {
  Stage stage([](Timed& self) {
    if (self.takeReceived().size() < 1000) return self.transport->abortConnection();
    self.first.restart();
  });
  stage.first.set(1s);
  for (int i = 0; i < 20; ++i) {
    stage.wire.deliver(std::string(500, 'x'));
    stage.wire.advance(250ms);
  }
  CHECK(stage.protocol->passed >= 3);
  CHECK(!stage.wire.isDisconnecting());
  stage.wire.deliver("x");
  stage.wire.advance(2s + 2 * kLate);
  CHECK(stage.wire.isAborted());
}

TEST_CASE("an exception of what a timeout calls is logged and ends this connection") {
  const CapturedLog log;
  Stage stage([](Timed&) { throw std::runtime_error("no patience"); });
  Stage other;
  other.first.set(1s);
  stage.first.set(1s);
  stage.wire.advance(1s + kLate);
  other.wire.advance(1s + kLate);
  CHECK(log.text().find("no patience") != std::string::npos);
  stage.wire.peerCloses();
  REQUIRE(stage.protocol->lost());
  CHECK(stage.protocol->reason().check<std::runtime_error>());
  CHECK(!other.wire.isDisconnecting());
}

TEST_CASE("a timeout cannot be set before the connection is made, nor after it has ended") {
  Timed protocol;
  protocol.first.set(1s);
  CHECK(!protocol.first.active());
  sim::StringTransport wire;
  protocol.makeConnection(wire);
  wire.advance(1h);
  CHECK(protocol.passed == 0);
  protocol.first.set(1s);
  wire->abortConnection();
  wire.settle();
  REQUIRE(protocol.lost());
  CHECK(!protocol.first.active());
  protocol.first.set(1s);
  protocol.first.restart();
  CHECK(!protocol.first.active());
  wire.advance(1h);
  CHECK(protocol.passed == 0);
}

TEST_CASE("a timeout is stopped before connectionLost(), in which none can be set") {
  struct Late final : Timed {
    void connectionLost(const Failure& why) override {
      wasActive = first.active();
      first.restart();
      second.set(1s);
      isActive = first.active() || second.active();
      Timed::connectionLost(why);
    }
    bool wasActive = true;
    bool isActive = true;
  };
  Late protocol;
  sim::StringTransport wire;
  protocol.makeConnection(wire);
  protocol.first.set(1s);
  SUBCASE("the peer closes") { wire.peerCloses(); }
  SUBCASE("the peer resets") { wire.peerResets(); }
  SUBCASE("the protocol is ended by hand") {
    protocol.endConnection(Failure::of(ConnectionDone()));
  }
  REQUIRE(protocol.lost());
  CHECK(!protocol.wasActive);
  CHECK(!protocol.isActive);
}

TEST_CASE("a timeout does not pass while the connection is disconnecting") {
  Stage stage;
  stage.wire.setRoom(0);
  stage.first.set(1s);
  stage.wire.run([&] {
    stage.protocol->transport->write("waits");
    stage.protocol->transport->loseConnection();
  });
  stage.wire.advance(5s);
  CHECK(!stage.protocol->lost());
  CHECK(stage.protocol->passed == 0);
}

TEST_CASE("a timeout ends with its protocol when another one gets the connection") {
  Stage stage;
  stage.first.set(1s);
  const auto next = std::make_shared<Timed>();
  stage.wire.run([&] { stage.protocol->transport->switchProtocol(next); });
  stage.wire.settle();
  CHECK(!stage.first.active());
  next->first.set(2s);
  stage.wire.advance(1h);
  CHECK(stage.protocol->passed == 0);
  CHECK(next->passed == 1);
}

TEST_CASE("a timeout that is due while a switch is pending does not pass") {
  Stage stage;
  const auto next = std::make_shared<Timed>();
  stage.first.set(1s);
  // At the same time as the sweep, and before it, for timed calls come first.
  stage.wire.reactor().callLater(1s, [&] { stage.protocol->transport->switchProtocol(next); });
  stage.wire.advance(1s + kLate);
  CHECK(stage.protocol->passed == 0);
  CHECK(next->made());
}

TEST_CASE("a timeout and its protocol may be destroyed in any order and at any time") {
  std::optional<Timeout> outlives;
  sim::StringTransport wire;
  {
    Timed protocol;
    protocol.makeConnection(wire);
    outlives.emplace(protocol);
    auto goesFirst = std::make_unique<Timeout>(protocol);
    for (Timeout* each : {&protocol.first, &protocol.second, &*outlives, goesFirst.get()}) {
      each->set(1s);
    }
    goesFirst.reset();
    CHECK(outlives->active());
  }
  CHECK(!outlives->active());
}

TEST_CASE("a negative period and an empty function are refused") {
  Stage stage;
  CHECK_THROWS_AS(stage.first.set(-1ns), NegativeDelay);
  CHECK(!stage.first.active());
  CHECK_THROWS_AS(Timeout(*stage.protocol, std::function<void()>()), std::invalid_argument);
}

}  // namespace
}  // namespace ropewalk::test
