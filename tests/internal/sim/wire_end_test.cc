// How a wire ends, for the one who ends it and for the other.

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "internal/sim/wire.h"

using namespace ropewalk;
using namespace ropewalk::detail;

TEST_CASE_TEMPLATE("A wire that was closed in good order gives all bytes and then the end", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.say("bye");
  wire.server.channel.reset();
  wire.settle();
  CHECK(wire.client.hear() == "bye");
  CHECK(wire.client.hear() == "end");
  CHECK(wire.client.hear() == "end");
}

TEST_CASE_TEMPLATE("A wire that was reset gives what had arrived, the error once, and the end",
                   Make, Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.say("hello");
  wire.server.reset();
  wire.settle();
  CHECK(wire.client.hear(3) == "hel");
  CHECK(wire.client.hear() == "lo");
  CHECK(wire.client.hear() == "ECONNRESET");
  CHECK(wire.client.hear() == "end");
  CHECK(wire.client.say("x") == "EPIPE");
}

TEST_CASE_TEMPLATE("A send on a wire that was reset takes the error away", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.say("hello");
  wire.server.reset();
  wire.settle();
  CHECK(wire.client.say("x") == "ECONNRESET");
  CHECK(wire.client.say("x") == "EPIPE");
  CHECK(wire.client.hear() == "hello");
  CHECK(wire.client.hear() == "end");
}

TEST_CASE_TEMPLATE("A close on unread bytes resets, but what was sent before arrives", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.client.say("unread");
  wire.settle();
  wire.server.say("hello");
  wire.server.channel.reset();
  wire.settle();
  CHECK(wire.client.hear() == "hello");
  CHECK(wire.client.hear() == "ECONNRESET");
  CHECK(wire.client.hear() == "end");
}

TEST_CASE_TEMPLATE("Bytes that reach a closed wire make a reset that only senders see", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.server.say("hello");
  wire.server.channel.reset();
  wire.settle();
  CHECK(wire.client.say("late") == "4");
  wire.settle();
  CHECK(wire.client.say("later") == "EPIPE");
  CHECK(wire.client.hear() == "hello");
  CHECK(wire.client.hear() == "end");
}

TEST_CASE_TEMPLATE("A finished wire that is then reset still ends well for the reader", Make,
                   Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.client.say("unread");
  wire.settle();
  wire.server.say("hello");
  wire.server.channel->shutdownWrite();
  wire.server.channel.reset();
  wire.settle();
  CHECK(wire.client.hear() == "hello");
  CHECK(wire.client.hear() == "end");
  CHECK(wire.client.say("x") == "EPIPE");
}

TEST_CASE_TEMPLATE("A half-closed wire goes on in the other direction", Make, Kernel, Simulation) {
  Wire<Make> wire;
  wire.connected();
  wire.client.say("question");
  wire.client.channel->shutdownWrite();
  wire.settle();
  CHECK(wire.client.say("x") == "EPIPE");
  CHECK(wire.server.hear() == "question");
  CHECK(wire.server.hear() == "end");
  CHECK(wire.server.say("answer") == "6");
  wire.settle();
  CHECK(wire.client.hear() == "answer");
  wire.server.channel->shutdownWrite();
  wire.settle();
  CHECK(wire.client.hear() == "end");
}

TEST_CASE_TEMPLATE("A full wire that is closed still delivers everything", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  const std::string much(64 * 1024, 'x');
  std::size_t sent = 0;
  for (std::string last = wire.client.say(much); last != "EAGAIN"; last = wire.client.say(much)) {
    sent += std::stoul(last);
    wire.settle();
  }
  wire.client.channel.reset();
  wire.settle();
  std::size_t read = 0;
  wire.server.channel->setInterest(Interest::Read);
  for (;;) {
    const int before = wire.server.ear.reads;
    wire.until([&] { return wire.server.ear.reads > before; });
    const std::string got = wire.server.hear(64 * 1024);
    if (got == "end") break;
    REQUIRE(got != "ECONNRESET");
    if (got != "EAGAIN") read += got.size();
  }
  CHECK(read == sent);
}

TEST_CASE_TEMPLATE("A full wire that is reset delivers no more than had arrived", Make, Kernel,
                   Simulation) {
  Wire<Make> wire;
  wire.connected();
  const std::string much(64 * 1024, 'x');
  std::size_t sent = 0;
  for (std::string last = wire.client.say(much); last != "EAGAIN"; last = wire.client.say(much)) {
    sent += std::stoul(last);
    wire.settle();
  }
  wire.client.reset();
  wire.settle();
  std::size_t read = 0;
  std::string got = wire.server.hear(64 * 1024);
  for (; got != "ECONNRESET"; got = wire.server.hear(64 * 1024)) {
    REQUIRE(got != "EAGAIN");
    REQUIRE(got != "end");
    read += got.size();
  }
  CHECK(read > 0);
  CHECK(read < sent);
}
