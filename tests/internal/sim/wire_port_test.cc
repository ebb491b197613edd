// How a wire begins: ports, backlogs, refusals, addresses.

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "internal/sim/wire.h"

using namespace ropewalk;
using namespace ropewalk::detail;

TEST_CASE_TEMPLATE("A connect to a port where nobody listens is refused", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  const Address nobody = wire.port->host();
  wire.port.reset();
  Connecting connecting = wire.driver->connect(nobody, {}, {});
  if (connecting.channel) {
    wire.client.channel = std::move(connecting.channel);
    wire.client.own();
    wire.client.channel->setInterest(Interest::Write);
    wire.until([&] { return wire.client.ear.writes > 0; });
    connecting.error = wire.client.channel->connectResult();
  }
  CHECK(connecting.error == ECONNREFUSED);
}

TEST_CASE_TEMPLATE("A port that is closed resets those who wait there", Make, Kernel, Simulation) {
  Wire<Make> wire;
  wire.connect(wire.client);
  wire.until([&] { return wire.client.ear.writes > 0 && wire.portEar.accepts > 0; });
  wire.port.reset();
  wire.settle();
  CHECK(wire.client.hear() == "ECONNRESET");
}

TEST_CASE_TEMPLATE("A connection that ended before it was accepted still gives its bytes", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connect(wire.client);
  wire.until([&] { return wire.client.ear.writes > 0 && wire.portEar.accepts > 0; });
  wire.client.say("hello");
  SUBCASE("in good order") {
    wire.client.channel.reset();
    wire.settle();
    wire.server.channel = wire.port->accept().channel;
    CHECK(wire.server.hear() == "hello");
  }
  SUBCASE("by a reset") {
    wire.client.reset();
    wire.settle();
    wire.server.channel = wire.port->accept().channel;
    CHECK(wire.server.hear() == "hello");
    CHECK(wire.server.hear() == "ECONNRESET");
  }
  CHECK(wire.server.hear() == "end");
}

TEST_CASE_TEMPLATE("A port lets in one more than its backlog and leaves the others waiting", Make,
                   Kernel, Simulation) {
  Wire<Make> wire(/*backlog=*/1);
  End first, second, third;
  for (End* end : {&first, &second, &third}) wire.connect(*end);
  wire.until([&] { return first.ear.writes > 0 && second.ear.writes > 0; });
  wire.settle();
  CHECK(third.ear.writes == 0);
}

TEST_CASE_TEMPLATE("An accept without anybody there says so", Make, Kernel, Simulation) {
  Wire<Make> wire;
  const Accepted nobody = wire.port->accept();
  CHECK(!nobody.channel);
  CHECK(nobody.error == EAGAIN);
}

TEST_CASE_TEMPLATE("An address is bound once, and only one's own", Make, Kernel, Simulation) {
  Wire<Make> wire;
  CHECK(wire.driver->listen(wire.port->host(), {}).error == EADDRINUSE);
  CHECK(wire.driver->listen(Address::parse("0.0.0.0", wire.port->host().port()), {}).error ==
        EADDRINUSE);
  CHECK(wire.driver->listen(Address::parse("192.0.2.1", 0), {}).error == EADDRNOTAVAIL);
  const Connecting elsewhere =
      wire.driver->connect(wire.port->host(), Address::parse("192.0.2.1", 0), {});
  CHECK(elsewhere.error == EADDRNOTAVAIL);
  CHECK(elsewhere.binding);
}

TEST_CASE_TEMPLATE("A port on every address of both families hears both", Make, Kernel,
                   Simulation) {
  const std::unique_ptr<Driver> driver = Make::make();
  const Listening listening = driver->listen(Address::parse("::", 0), {});
  REQUIRE(listening.acceptor);
  Ear ear;
  listening.acceptor->setOwner(ear);
  listening.acceptor->setAccepting(true);
  const int port = listening.acceptor->host().port();
  for (const char* literal : {"127.0.0.1", "::1"}) {
    End client;
    client.channel = driver->connect(Address::parse(literal, port), {}, {}).channel;
    REQUIRE(client.channel);
    client.own();
    client.channel->setInterest(Interest::Write);
    for (int i = 0; i < 100 && ear.accepts == 0; ++i) {
      driver->setAlarm(driver->now() + 1s);
      driver->wait(true);
    }
    const Accepted accepted = listening.acceptor->accept();
    REQUIRE(accepted.channel);
    CHECK(accepted.channel->peer() == client.channel->host());
    CHECK(accepted.channel->host().host() == literal);
    ear.accepts = 0;
  }
}
