// Names instead of addresses: looked up, their addresses raced (RFC 8305).

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "ropewalk/echo.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/scripted.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

// Two servers and a client that knows them by name.
struct Named {
  Named() {
    for (sim::Host* const host : {&first, &second}) {
      host->run([] { reactor().listenTCP(kPort, Factory::forProtocol<echo::Echo>(), {"::"}); });
    }
  }

  std::shared_ptr<Connector> connect(std::string_view name, Duration timeout = 10s) {
    options.timeout = timeout;
    return client.run([&] { return reactor().connectTCP(name, kPort, factory, options); });
  }

  // What the attempt to connect to `name` ends with.
  std::string failureOf(std::string_view name) {
    const auto connector = connect(name);
    REQUIRE(world.runUntil([this] { return story.has("client connect failed"); }));
    return std::string(factory->reason.typeName()).append(": ").append(factory->reason.what());
  }

  static Address v6(int host) { return Address::parse("fd00::" + std::to_string(host), 0); }

  static constexpr int kPort = 8000;
  Story story;  // outlives whoever adds to it
  std::shared_ptr<ScriptedFactory> factory = scripted(story, "client");
  sim::World world;
  sim::Host& first = world.host("first");
  sim::Host& second = world.host("second");
  sim::Host& client = world.host("client");
  ConnectOptions options;
};

TEST_CASE("a host is connected to by its name, and known by its address afterwards [PT24]") {
  Named test;
  const auto connector = test.connect("first");
  CHECK(connector->getDestination() == Address());
  test.world.advance(0s);
  CHECK(test.story.has("client made"));
  CHECK(test.factory->built.at(0)->transport->getPeer() == test.first.address(Named::kPort));
  CHECK(connector->getDestination() == test.first.address(Named::kPort));
  CHECK(test.factory->peers.at(0) == test.first.address(Named::kPort));
}

TEST_CASE("connectTCP with a name calls nobody before it returns [PT16]") {
  Named test;
  test.client.run([&] {
    const auto connector = reactor().connectTCP("first", Named::kPort, test.factory);
    CHECK(test.story.text() == "client start, client connecting");
  });
  test.world.advance(0s);
  CHECK(test.story.text() == "client start, client connecting, client build, client made");
}

TEST_CASE("an address that does not answer is given 250 ms before the next one is tried") {
  Named test;
  test.world.setAddresses("both", {test.first.address(), test.second.address()});
  test.first.setFirewall(Named::kPort, sim::Firewall::Drop);
  test.connect("both");
  test.world.advance(249ms);
  CHECK(!test.story.has("client made"));
  test.world.advance(1ms);
  CHECK(test.story.has("client made"));
  CHECK(test.factory->peers.at(0) == test.second.address(Named::kPort));
}

TEST_CASE("an address that fails makes way for the next one at once") {
  Named test;
  test.world.setAddresses("both", {test.first.address(), test.second.address()});
  test.first.setFirewall(Named::kPort, sim::Firewall::Refuse);
  test.connect("both");
  test.world.advance(0s);
  CHECK(test.factory->peers.at(0) == test.second.address(Named::kPort));
}

TEST_CASE("the address that answers first wins, and the others are left alone") {
  Named test;
  test.world.setAddresses("both", {test.first.address(), test.second.address()});
  test.world.setDelay("client", "first", 200ms);
  test.connect("both");
  test.world.advance(1s);
  CHECK(test.story.count("client made") == 1);
  CHECK(test.factory->peers.at(0) == test.second.address(Named::kPort));
  CHECK(test.client.descriptors() == 1);
  CHECK(test.first.reactor().statistics().open == 0);
}

TEST_CASE("families are tried in turn, beginning with the first one's") {
  Named test;
  const Address v6 = Named::v6(1), deadV6 = Named::v6(77);
  test.world.setAddresses("mixed", {deadV6, v6, test.second.address()});
  test.connect("mixed");
  test.world.advance(1s);
  // The second IPv6 address would have answered, too, had it been its turn.
  CHECK(test.factory->peers.at(0) == test.second.address(Named::kPort));
}

TEST_CASE("a failure lists every address that was tried, and why it failed [PT17]") {
  Named test;
  test.world.setAddresses("nowhere",
                          {test.first.address(), Named::v6(1), Address::parse("192.0.2.1", 0)});
  test.first.setFirewall(Named::kPort, sim::Firewall::Refuse);
  CHECK(test.failureOf("nowhere") ==
        "ropewalk::NoRouteError: connect nowhere:8000: 10.0.0.1:8000: Connection refused: "
        "[fd00::1]:8000: Connection refused: 192.0.2.1:8000: Network is unreachable");
  CHECK(test.story.text() == "client start, client connecting, client connect failed, client stop");
}

TEST_CASE("a name that nobody knows is an UnknownHostError") {
  Named test;
  CHECK(test.failureOf("nobody") ==
        "ropewalk::UnknownHostError: connect nobody:8000: Name or service not known");
}

TEST_CASE("a failure tells which addresses could not be gone to from the local address [PT22]") {
  Named test;
  test.world.setAddresses("both", {test.first.address(), Named::v6(1)});
  test.first.setFirewall(Named::kPort, sim::Firewall::Refuse);
  test.options.bindHost = "10.0.0.3";
  CHECK(test.failureOf("both") ==
        "ropewalk::ConnectError: connect both:8000: 10.0.0.1:8000: Connection refused: "
        "[fd00::1]:8000: bind 10.0.0.3:0: Invalid argument");
}

TEST_CASE("what cannot be a name is an UnknownHostError, and nobody is asked") {
  for (const auto& [wrong, why] : std::vector<std::pair<std::string, std::string>>{
           {"1.2.3", "neither an address nor a name"},
           {"127.1", "neither an address nor a name"},
           {"0x7f.0.0.0x1", "neither an address nor a name"},
           {"2130706433", "neither an address nor a name"},
           {"a b", "a byte that no name has"},
           {"a/b", "a byte that no name has"},
           {"a\nb", "a byte that no name has"},
           {"caf\xc3\xa9", "a byte that no name has"},
           {"a..b", "an empty label in a name"},
           {".", "an empty name"},
           {std::string(64, 'a'), "a label of more than 63 bytes"},
           {std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                std::string(62, 'd'),
            "a name of more than 253 bytes"}}) {
    const std::string& name = wrong;
    CAPTURE(name);
    Named test;
    test.world.setLookupDelay(Duration::max());
    CHECK(test.failureOf(name) == "ropewalk::UnknownHostError: connect " + name + ":8000: " + why);
  }
}

TEST_CASE("an address ends where its text does: there is none with a zero byte in it") {
  const std::string_view text("127.0.0.1\0.example.org", 22);
  CHECK(!Address::isLiteral(text));
  CHECK_THROWS_AS(Address::parse(text, 80), InvalidAddressError);
}

TEST_CASE("the longest names there may be are asked for") {
  for (const std::string& name : {std::string(63, 'a'), std::string("first."),
                                  std::string(63, 'a') + "." + std::string(63, 'b') + "." +
                                      std::string(63, 'c') + "." + std::string(61, 'd')}) {
    Named test;
    CHECK(test.failureOf(name).ends_with("Name or service not known"));
  }
}

TEST_CASE("the timeout is for the name, too [PT21]") {
  Named test;
  test.world.setLookupDelay(Duration::max());
  test.connect("first", 3s);
  test.world.advance(2999ms);
  CHECK(!test.story.has("client connect failed"));
  test.world.advance(1ms);
  CHECK(std::string(test.factory->reason.what()) == "connect first:8000: its name has no answer");
  CHECK(test.factory->reason.check<TimeoutError>());
}

TEST_CASE("the timeout is for all addresses together, and lists them [PT21]") {
  Named test;
  test.world.setAddresses("both", {test.first.address(), test.second.address()});
  test.first.setFirewall(Named::kPort, sim::Firewall::Drop);
  test.second.setFirewall(Named::kPort, sim::Firewall::Drop);
  test.connect("both", 1s);
  test.world.advance(1s);
  CHECK(std::string(test.factory->reason.what()) ==
        "connect both:8000: no answer in time (tried 10.0.0.1:8000, 10.0.0.2:8000)");
  CHECK(test.client.descriptors() == 0);
}

TEST_CASE(
    "stopConnecting while the name is looked up is a UserError, and the answer is not heard "
    "[PT20]") {
  Named test;
  test.world.setLookupDelay(1s);
  const auto connector = test.connect("first");
  test.world.advance(500ms);
  test.client.run([&] { connector->stopConnecting(); });
  CHECK(test.factory->reason.check<UserError>());
  test.world.advance(10s);
  CHECK(test.story.text() == "client start, client connecting, client connect failed, client stop");
}

TEST_CASE("a connect whose deadline somebody else has cancelled succeeds all the same") {
  Named test;
  test.connect("first");
  test.client.run([] {
    for (DelayedCall& call : reactor().getDelayedCalls()) call.cancel();
  });
  test.world.advance(0s);
  CHECK(test.story.has("client made"));
}

TEST_CASE("a connect whose deadline somebody else has cancelled can fail all the same [PT17]") {
  Named test;
  test.first.setFirewall(Named::kPort, sim::Firewall::Refuse);
  test.connect("first");
  test.client.run([] {
    for (DelayedCall& call : reactor().getDelayedCalls()) call.cancel();
  });
  test.world.advance(0s);
  CHECK(test.story.count("client connect failed") == 1);
  CHECK(test.factory->reason.check<ConnectionRefusedError>());
}

TEST_CASE("connect again looks the name up again [PT19]") {
  Named test;
  const auto connector = test.connect("moving");
  test.world.advance(0s);
  CHECK(test.factory->reason.check<UnknownHostError>());
  test.world.setAddresses("moving", {test.second.address()});
  test.client.run([&] { connector->connect(); });
  test.world.advance(0s);
  CHECK(test.factory->peers.at(0) == test.second.address(Named::kPort));
}

TEST_CASE("a port that is none is refused at once, with a name as well") {
  Named test;
  test.client.run([&] {
    CHECK_THROWS_AS(reactor().connectTCP("first", 65536, test.factory), InvalidAddressError);
    CHECK_THROWS_AS(reactor().connectTCP("first", -1, test.factory), InvalidAddressError);
  });
  CHECK(test.story.text() == "");
}

TEST_CASE("a port listens on an interface by its name") {
  Named test;
  test.first.run([&] {
    const auto port = reactor().listenTCP(8001, Factory::forProtocol<echo::Echo>(), {"first"});
    CHECK(port->getHost() == test.first.address(8001));
    CHECK_THROWS_WITH_AS(reactor().listenTCP(8002, Factory::forProtocol<echo::Echo>(), {"nobody"}),
                         "invalid address 'nobody': Name or service not known",
                         InvalidAddressError);
    CHECK_THROWS_AS(reactor().listenTCP(8002, Factory::forProtocol<echo::Echo>(), {"1.2.3"}),
                    InvalidAddressError);
  });
}

// What came of resolve().
struct Answer {
  void take(Deferred<std::vector<Address>> deferred) {
    std::move(deferred).addCallbacks(
        [this](std::vector<Address> addresses) {
          isDone = true;
          for (const Address& each : addresses) text += each.host() + " ";
        },
        [this](const Failure& why) {
          isDone = true;
          text = std::string(why.typeName()).append(": ").append(why.what());
        });
  }
  bool isDone = false;
  std::string text;
};

TEST_CASE("resolve gives the addresses of a name in their order, and a literal at once") {
  Named test;
  test.world.setAddresses("both", {test.second.address(), Named::v6(1)});
  Answer name, literal, unknown, wrong;
  test.client.run([&] {
    name.take(reactor().resolve("both"));
    literal.take(reactor().resolve("::1"));
    unknown.take(reactor().resolve("nobody"));
    wrong.take(reactor().resolve("1.2"));
  });
  CHECK(literal.text == "::1 ");
  CHECK(wrong.text == "ropewalk::UnknownHostError: resolve 1.2: neither an address nor a name");
  CHECK(!name.isDone);
  test.world.advance(0s);
  CHECK(name.text == "10.0.0.2 fd00::1 ");
  CHECK(unknown.text == "ropewalk::UnknownHostError: resolve nobody: Name or service not known");
}

TEST_CASE("in the simulation, too, localhost needs no name server") {
  Named test;
  test.world.setLookupDelay(Duration::max());
  Answer local;
  test.client.run([&] { local.take(reactor().resolve("localhost")); });
  test.world.advance(0s);
  CHECK(local.text == "127.0.0.1 ::1 ");
}

TEST_CASE("resolve gives up in time, and drops the question when it is cancelled") {
  Named test;
  test.world.setLookupDelay(Duration::max());
  Answer late, cancelled;
  test.client.run([&] {
    late.take(reactor().resolve("first", 2s));
    Deferred<std::vector<Address>> asked = reactor().resolve("first");
    asked.cancel();
    cancelled.take(std::move(asked));
  });
  CHECK(cancelled.text.starts_with("ropewalk::CancelledError"));
  test.world.advance(2s);
  CHECK(late.text == "ropewalk::DeferredTimeoutError: resolve first: no answer in time");
  CHECK(test.client.reactor().getDelayedCalls().empty());
}

}  // namespace
}  // namespace ropewalk::test
