#pragma once

// Connections that say they are idle make room for new ones (Transport::setIdle()).
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ropewalk/error.h"
#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

// A port that takes `most` connections, and as many that are open.
struct FullPort {
  explicit FullPort(std::size_t most, const Script& serving = {}, const Script& asking = {})
      : talk(serving, asking, listening(most)) {
    talk.begin();
    while (servers().size() < most) talk.another();
  }

  static ListenOptions listening(std::size_t most) {
    ListenOptions options;
    options.maxConnections = most;
    options.limits.linger = 60s;
    return options;
  }

  const std::vector<std::shared_ptr<Scripted>>& servers() { return talk.serverFactory->built; }
  Transport& server(std::size_t i) { return *servers().at(i)->transport; }
  std::size_t open() { return talk.wire.serverReactor().statistics().open; }

  Conversation<Wire> talk;
};

TEST_CASE("at maxConnections the connection that has been idle longest is closed for a new one") {
  FullPort full(3);
  for (const std::size_t i : {0U, 1U, 2U}) full.server(i).setIdle(true);
  full.server(0).setIdle(true);  // idle anew: 1 is now the one that has been idle longest
  full.talk.another();
  CHECK(full.servers()[1]->isLost);
  CHECK(full.servers()[1]->reason.check<ConnectionDone>());
  full.talk.another();
  CHECK(full.servers()[2]->isLost);
  full.talk.another();
  CHECK(full.servers()[0]->isLost);
  CHECK(full.servers().size() == 6);
}

TEST_CASE("a connection that is not idle, or no longer, is never closed for another") {
  FullPort full(3);
  full.server(0).setIdle(true);
  full.server(0).setIdle(false);
  full.server(2).setIdle(true);
  full.talk.another();
  CHECK(full.servers()[2]->isLost);
  // Now no connection is idle: the next one waits.
  full.talk.wire.connect(*full.talk.port, full.talk.clientFactory);
  full.talk.wire.settle();
  CHECK(full.servers().size() == 4);
  CHECK(!full.servers()[0]->isLost);
  CHECK(!full.servers()[1]->isLost);
  full.server(1).loseConnection(Linger::No);
  full.talk.wire.until([&] { return full.servers().size() == 5; });
}

TEST_CASE("the peer of a connection that was closed while idle sees an orderly end") {
  FullPort full(1);
  full.server(0).setIdle(true);
  full.talk.another();
  full.talk.wire.until([&] { return full.talk.clientFactory->built[0]->isLost; });
  CHECK(full.talk.clientFactory->built[0]->reason.check<ConnectionDone>());
}

TEST_CASE("an idle connection whose output waits is not closed: the next one is") {
  Script idle;
  idle.made = [](Scripted& self) { self.transport->setIdle(true); };
  FullPort full(2, idle, deaf());
  full.server(0).write(pattern(0, Wire::kTooMuch));
  full.talk.wire.settle();
  REQUIRE(full.server(0).unsentBytes() > 0);
  full.talk.another();
  CHECK(!full.servers()[0]->isLost);
  CHECK(full.servers()[1]->isLost);
  // Once its output has left it is idle like any other.
  full.talk.clientFactory->built[0]->transport->resumeProducing();
  full.talk.wire.until([&] { return full.server(0).unsentBytes() == 0; });
  full.talk.another();
  CHECK(full.servers()[0]->isLost);
}

TEST_CASE("an idle connection whose next input has arrived is not closed") {
  Script idle;
  idle.made = [](Scripted& self) { self.transport->setIdle(true); };
  FullPort full(2, idle);
  full.server(0).pauseProducing();
  full.talk.client().transport->write("request");
  full.talk.wire.settle();
  full.talk.another();
  CHECK(!full.servers()[0]->isLost);
  CHECK(full.servers()[1]->isLost);
}

TEST_CASE("a connection that lingers is closed for a new one before any that is idle") {
  Script staysOpen;
  staysOpen.readLost = [](Scripted&) {};
  FullPort full(2, {}, staysOpen);
  full.server(0).setIdle(true);
  full.server(1).loseConnection();
  full.talk.wire.until([&] { return full.talk.clientFactory->built[1]->isReadLost; });
  full.talk.another();
  CHECK(full.servers()[1]->isLost);
  CHECK(full.servers()[1]->reason.check<ConnectionDone>());
  CHECK(!full.servers()[0]->isLost);
}

TEST_CASE("a port at its limit closes no idle connection of another port") {
  FullPort full(1);
  const auto others = scripted(full.talk.story, "other");
  const auto other = full.talk.wire.listen(others);
  full.talk.wire.connect(*other, full.talk.clientFactory);
  full.talk.wire.until([&] { return full.talk.story.has("other made"); });
  others->built.at(0)->transport->setIdle(true);
  full.talk.wire.connect(*full.talk.port, full.talk.clientFactory);
  full.talk.wire.settle();
  CHECK(!others->built[0]->isLost);
  CHECK(full.servers().size() == 1);
  others->built.clear();
}

TEST_CASE("an idle connection that ends by itself leaves its place to no other") {
  FullPort full(3);
  for (const std::size_t i : {0U, 1U, 2U}) full.server(i).setIdle(true);
  SUBCASE("by its own close") { full.server(1).loseConnection(Linger::No); }
  SUBCASE("by an abort") { full.server(1).abortConnection(); }
  SUBCASE("by the peer") { full.talk.clientFactory->built[1]->transport->abortConnection(); }
  full.talk.wire.until([&] { return full.servers()[1]->isLost; });
  full.talk.another();
  CHECK(!full.servers()[0]->isLost);
  full.talk.another();
  CHECK(full.servers()[0]->isLost);
  CHECK(!full.servers()[2]->isLost);
}

TEST_CASE("what an aborted idle connection had not sent is still counted in connectionLost") {
  Script idle;
  std::size_t dropped = 0;
  idle.made = [](Scripted& self) { self.transport->setIdle(true); };
  idle.lost = [&](Scripted& self, const Failure&) { dropped = self.transport->unsentBytes(); };
  Conversation<Wire> talk(idle, deaf());
  talk.begin();
  std::size_t unsent = 0;
  SUBCASE("with output") {
    talk.server().transport->write(pattern(0, Wire::kTooMuch));
    talk.wire.settle();
    unsent = talk.server().transport->unsentBytes();
    CHECK(unsent > 0);
  }
  SUBCASE("without") {}
  talk.server().transport->abortConnection();
  talk.wire.until([&] { return talk.server().isLost; });
  CHECK(dropped == unsent);
}

TEST_CASE("a drain accepts a connection that waits, though the port is full of idle ones") {
  FullPort full(2);
  full.talk.wire.connect(*full.talk.port, full.talk.clientFactory);
  full.talk.wire.settle();
  REQUIRE(full.servers().size() == 2);
  full.talk.wire.serverReactor().callLater(0s, [&] {
    for (const std::size_t i : {0U, 1U}) full.server(i).setIdle(true);
    full.talk.wire.serverReactor().drain();
  });
  full.talk.wire.until([&] { return full.servers().size() == 3 && full.servers()[2]->isLost; });
}

TEST_CASE("a stop ends idle connections as it ends others") {
  Conversation<Wire> talk;
  talk.begin();
  talk.another();
  talk.server().transport->setIdle(true);
  talk.wire.serverReactor().callLater(0s, [&] { talk.wire.serverReactor().drain(); });
  talk.wire.until(
      [&] { return talk.serverFactory->built[0]->isLost && talk.serverFactory->built[1]->isLost; });
}

TEST_CASE("a port that is full says so once, with the name of the limit and what follows") {
  const CapturedLog log;
  FullPort full(2);
  const std::string host = full.talk.port->getHost().text();
  std::string consequence = "new ones wait in the backlog";
  SUBCASE("and no connection is idle") {
    full.talk.wire.connect(*full.talk.port, full.talk.clientFactory);
    full.talk.wire.connect(*full.talk.port, full.talk.clientFactory);
    full.talk.wire.settle();
  }
  SUBCASE("and idle ones make room") {
    full.server(0).setIdle(true);
    full.server(1).setIdle(true);
    full.talk.another();
    full.talk.another();
    consequence = "idle ones are closed for new ones";
  }
  const std::string wanted =
      host + " has reached its limit of connections (maxConnections, 2): " + consequence;
  const auto lines = log.lines();
  CHECK(std::ranges::count_if(lines, [&](const std::string& line) {
          return line.find("has reached its limit") != std::string::npos;
        }) == 1);
  CHECK(log.has(wanted));
}

}  // namespace
}  // namespace ropewalk::test
