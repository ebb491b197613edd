// What a channel promises to the connection on it while both ends are there.

#include "internal/sim/wire.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

using namespace ropewalk;
using namespace ropewalk::detail;

TEST_CASE_TEMPLATE("A wire carries bytes both ways and tells its addresses", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  CHECK(wire.client.channel->peer() == wire.port->host());
  CHECK(wire.client.channel->host() == wire.server.channel->peer());
  CHECK(wire.server.channel->host() == wire.port->host());
  CHECK(wire.client.hear() == "EAGAIN");
  CHECK(wire.client.say("hello") == "5");
  CHECK(wire.server.say("welcome") == "7");
  wire.settle();
  CHECK(wire.server.hear() == "hello");
  CHECK(wire.client.hear(3) == "wel");
  CHECK(wire.client.hear() == "come");
}

TEST_CASE_TEMPLATE("A full wire takes no more until the peer has read, and then says so", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  const std::string much(64 * 1024, 'x');
  std::size_t sent = 0;
  std::string last = wire.client.say(much);
  for (; last != "EAGAIN"; last = wire.client.say(much)) {
    sent += std::stoul(last);
    wire.settle();
    REQUIRE(sent < 100'000'000);
  }
  CHECK(sent >= 128 * 1024);
  wire.client.ear.writes = 0;
  wire.client.channel->setInterest(Interest::Write);
  wire.settle();
  CHECK(wire.client.ear.writes == 0);
  std::size_t read = 0;
  while (read < sent && wire.client.ear.writes == 0) {
    const std::string got = wire.server.hear(64 * 1024);
    REQUIRE(got != "EAGAIN");
    read += got.size();
    wire.settle();
  }
  CHECK(wire.client.ear.writes > 0);
  CHECK(wire.client.say(much) != "EAGAIN");
}

TEST_CASE_TEMPLATE("A wire tells its reader again at each wait until nothing is left", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.channel->setInterest(Interest::Read);
  wire.client.say("hello");
  wire.until([&] { return wire.server.ear.reads == 1; });
  wire.until([&] { return wire.server.ear.reads == 2; });
  CHECK(wire.server.hear() == "hello");
  wire.settle();
  CHECK(wire.server.ear.reads == 2);
  wire.client.channel.reset();
  wire.until([&] { return wire.server.ear.reads == 3; });
  wire.until([&] { return wire.server.ear.reads == 4; });
}

TEST_CASE_TEMPLATE("A wire whose reader wants no more is not told of what is there", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.client.say("hello");
  wire.settle();
  CHECK(wire.server.ear.reads == 0);
  wire.server.channel->setInterest(Interest::Read);
  wire.until([&] { return wire.server.ear.reads == 1; });
  wire.server.channel->setInterest(Interest::Nothing);
  wire.settle();
  CHECK(wire.server.ear.reads == 1);
}

TEST_CASE_TEMPLATE(
    "A wire closed or paused by another one's reader in the same batch is silent [RC25]", Make,
    Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  End second;
  wire.connect(second);
  wire.portEar.accepts = 0;
  wire.until([&] { return second.ear.writes > 0 && wire.portEar.accepts > 0; });
  second.channel->setInterest(Interest::Nothing);
  wire.client.say("a");
  second.say("b");
  wire.settle();
  End other;
  other.channel = wire.port->accept().channel;
  other.own();
  wire.settle();
  // Whoever comes first silences the other.
  bool closes = false;
  SUBCASE("closed") { closes = true; }
  SUBCASE("paused") { closes = false; }
  const auto silence = [closes](End& end) {
    if (closes) {
      end.channel.reset();
    } else {
      end.channel->setInterest(Interest::Nothing);
    }
  };
  wire.server.ear.onRead = [&] { silence(other); };
  other.ear.onRead = [&] { silence(wire.server); };
  wire.server.channel->setInterest(Interest::Read);
  other.channel->setInterest(Interest::Read);
  wire.until([&] { return wire.server.ear.reads + other.ear.reads > 0; });
  CHECK(wire.server.ear.reads + other.ear.reads == 1);
}

TEST_CASE_TEMPLATE("A wire watched for a break only hears a reset, and no orderly end", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.channel->setInterest(Interest::Broken);
  wire.client.say("hello");
  SUBCASE("an orderly end") {
    wire.client.channel.reset();
    wire.settle();
    CHECK(wire.server.ear.breaks == 0);
  }
  SUBCASE("a reset") {
    wire.client.reset();
    wire.until([&] { return wire.server.ear.breaks > 0; });
    CHECK(wire.server.ear.error == ECONNRESET);
  }
  CHECK(wire.server.ear.reads == 0);
  CHECK(wire.server.ear.writes == 0);
}

TEST_CASE("A simulated wire has room again when a third of its buffer is free, not before") {
  Wire<Simulation> wire;
  wire.connected();
  const std::string much(64 * 1024, 'x');
  while (wire.client.say(much) != "EAGAIN") wire.settle();
  wire.client.ear.writes = 0;
  wire.client.channel->setInterest(Interest::Write);
  wire.server.hear(40 * 1024);
  wire.settle();
  CHECK(wire.client.ear.writes == 0);
  // The window opens by quarters of the buffer: that much more is read at once.
  wire.server.hear(40 * 1024);
  wire.settle();
  CHECK(wire.client.ear.writes > 0);
}
