#pragma once

// Input that a protocol gives back: Transport::unread() and isBlocked(). Included by the tests of
// each wire.

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/captured_log.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

// Takes one byte of each chunk, and gives the rest back.
void takeOne(Scripted& self, std::string_view data) {
  CHECK(self.received.ends_with(data));
  self.received.resize(self.received.size() - data.size() + 1);
  if (data.size() > 1) self.transport->unread(std::string(data.substr(1)));
}

TEST_CASE("input that was given back is delivered again before later input") {
  bool isPausing = true;
  bool pausesFirst = false;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view data) {
    if (!isPausing) return;
    if (pausesFirst) self.transport->pauseProducing();
    takeOne(self, data);
    if (!pausesFirst) self.transport->pauseProducing();
  };
  SUBCASE("given back before the pause") {}
  SUBCASE("given back after the pause") { pausesFirst = true; }
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("first");
  talk.wire.until([&] { return talk.server().received == "f"; });
  talk.client().transport->write("second");
  talk.wire.settle();
  CHECK(talk.server().received == "f");
  SUBCASE("one byte at a time, each time the protocol resumes") {
    talk.server().transport->resumeProducing();
    talk.wire.until([&] { return talk.server().received == "fi"; });
  }
  SUBCASE("from the event loop, never inside resumeProducing()") {}
  isPausing = false;
  const std::string before = talk.server().received;
  talk.server().transport->resumeProducing();
  CHECK(talk.server().received == before);
  talk.wire.until([&] { return talk.server().received == "firstsecond"; });
}

TEST_CASE("input that was given back comes before the end of the peer's stream") {
  Script serving;
  serving.data = takeOne;
  serving.readLost = [](Scripted& self) {
    CHECK(self.received == "abcde");
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("abcde");
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(talk.server().isReadLost);
}

TEST_CASE("input given back last is delivered first") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view data) {
    if (data != "go") return;
    self.received.clear();
    self.transport->unread("three");
    self.transport->unread("two ");
    self.transport->unread("");
    self.transport->unread("one ");
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("go");
  talk.wire.until([&] { return talk.server().received == "one two three"; });
}

TEST_CASE("a server is blocked and gets no input until its client reads") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view data) {
    if (self.received.size() == data.size()) {
      CHECK(!self.transport->isBlocked());
      self.transport->write(pattern(0, Wire::kTooMuch));
      CHECK(self.transport->isBlocked());
    }
    takeOne(self, data);
  };
  Conversation<Wire> talk(serving, deaf());
  talk.begin().client().transport->write("abc");
  talk.wire.until([&] { return talk.server().received == "a"; });
  talk.wire.settle();
  CHECK(talk.server().received == "a");
  CHECK(talk.server().transport->isBlocked());
  SUBCASE("or until it may read while it is blocked") {
    talk.server().transport->setReadWhileBlocked(true);
  }
  SUBCASE("the client reads") { talk.client().transport->resumeProducing(); }
  talk.wire.until([&] { return talk.server().received == "abc"; });
  CHECK(!talk.server().transport->isBlocked());
}

TEST_CASE("a client is not blocked") {
  Conversation<Wire> talk(deaf(), {});
  talk.begin().client().transport->write(pattern(0, Wire::kTooMuch));
  CHECK(talk.client().transport->unsentBytes() > 0);
  CHECK(!talk.client().transport->isBlocked());
}

TEST_CASE("after loseConnection() no input is delivered again") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view data) {
    self.transport->write(pattern(0, Wire::kTooMuch));
    SUBCASE("after it") {
      self.transport->loseConnection();
      CHECK(!self.transport->isBlocked());
      self.transport->unread(std::string(data));
    }
    SUBCASE("before it") {
      self.transport->unread(std::string(data));
      self.transport->loseConnection();
    }
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("x");
  talk.end();
  CHECK(talk.server().received == "x");
  talk.server().transport->unread("dead");
  CHECK(!talk.server().transport->isBlocked());
}

TEST_CASE("a protocol that gives back input may end the connection when it gets it again") {
  int times = 0;
  std::function<void(Transport&)> ends;
  SUBCASE("by a close") {
    ends = [](Transport& transport) { transport.loseConnection(); };
  }
  SUBCASE("by a reset") {
    ends = [](Transport& transport) { transport.abortConnection(); };
  }
  SUBCASE("by an exception") {
    ends = [](Transport&) { throw std::runtime_error("thrown by the test"); };
  }
  Script serving;
  serving.data = [&](Scripted& self, std::string_view data) {
    if (++times == 1) return self.transport->unread(std::string(data));
    self.transport->unread("never seen");
    ends(*self.transport);
  };
  const QuietLog quiet;
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("x");
  talk.end();
  CHECK(times == 2);
}

TEST_CASE("input given back before or after switchProtocol() goes to the next protocol") {
  Story story;
  const auto next = std::make_shared<Scripted>(story, "next", Script{});
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    SUBCASE("given back after the switch") {
      self.transport->switchProtocol(next, "one ");
      self.transport->unread("two");
    }
    SUBCASE("given back before it") {
      self.transport->unread("two");
      self.transport->switchProtocol(next, "one ");
    }
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("x");
  talk.wire.until([&] { return next->received == "one two"; });
  CHECK(talk.server().received == "x");
}

}  // namespace
}  // namespace ropewalk::test
