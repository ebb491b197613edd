#pragma once

// A connection that ends, wholly or on one side, while it goes from one protocol to another. Rules
// LF3, LF7, CL and HC hold for each of the two.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/failure.h"
#include "support/captured_log.h"
#include "support/pattern.h"
#include "unit/core/switched.h"

namespace ropewalk::test {
namespace {

TEST_CASE("the end of the peer's stream comes to the next protocol, behind `unread` [HC2]") {
  Script serving, nextScript;
  serving.readLost = [](Scripted&) {};
  std::string before;
  nextScript.readLost = [&](Scripted& self) {
    before = self.received;
    self.transport->loseConnection();
  };
  bool pauses = false;
  SUBCASE("seen by the old one already") {}
  SUBCASE("not seen yet") { serving = {}; }
  SUBCASE("while the next pauses") {
    pauses = true;
    nextScript.made = deaf().made;
  }
  Switched switched(serving, nextScript);
  switched.begin();
  if (!serving.readLost) switched.server().pauseProducing();
  switched.client().loseConnection();
  if (serving.readLost) switched.until("server read lost");
  switched.talk.wire.settle();
  switched.server().switchProtocol(switched.next, "unread");
  switched.until("next made");
  switched.talk.wire.settle();
  if (pauses) {
    CHECK(!switched.next->isReadLost);
    switched.next->transport->resumeProducing();
  }
  switched.until("next lost");
  CHECK(before == "unread");
  CHECK(switched.talk.story.count("next read lost") == 1);
}

TEST_CASE("the next protocol learns that this side's stream has ended [HC1]") {
  Script asking;
  asking.readLost = [](Scripted&) {};
  Switched switched({}, {}, asking);
  switched.begin();
  switched.server().write("bye");
  switched.server().loseWriteConnection();
  SUBCASE("before the switch") { switched.until("server write lost"); }
  SUBCASE("with it") {}
  switched.server().switchProtocol(switched.next);
  switched.until("next write lost");
  switched.client().loseConnection();
  switched.until("next lost");
  CHECK(switched.talk.client().received == "bye");
}

TEST_CASE(
    "a connection that ends before the switch ends the next protocol, not the old one [LF3]") {
  const QuietLog quiet;
  Switched switched;
  switched.begin();
  std::function<void()> end;
  SUBCASE("closed") {
    end = [&] { switched.server().loseConnection(); };
  }
  SUBCASE("aborted") {
    end = [&] { switched.server().abortConnection(); };
  }
  SUBCASE("by a stop") {
    end = [&] { switched.talk.wire.serverReactor().stop(); };
  }
  switched.talk.wire.serverReactor().callLater(0s, [&] {
    switched.server().switchProtocol(switched.next, "unread");
    end();
  });
  switched.until("next lost");
  CHECK(switched.talk.story.inOrder("next made", "next lost"));
  switched.checkOld();
}

TEST_CASE("a connection that is ending already goes to the next protocol without input") {
  const QuietLog quiet;
  Switched switched({}, {}, deaf());
  switched.begin();
  SUBCASE("closing") {
    switched.server().write(pattern(0, Wire::kTooMuch));
    switched.server().loseConnection();
    switched.talk.wire.settle();
  }
  SUBCASE("aborted") { switched.server().abortConnection(); }
  switched.server().switchProtocol(switched.next, "unread");
  switched.until("next made");
  switched.client().abortConnection();
  switched.until("next lost");
  CHECK(switched.next->received.empty());
  switched.checkOld();
}

TEST_CASE("an exception of either protocol ends the connection with it as the reason [LF7]") {
  const QuietLog quiet;
  Script serving, nextScript;
  std::shared_ptr<Scripted> next;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->switchProtocol(next, "unread");
  };
  SUBCASE("the old one's, after the call") {
    serving.data = [&](Scripted& self, std::string_view) {
      self.transport->switchProtocol(next, "unread");
      throw std::runtime_error("by a test");
    };
  }
  SUBCASE("in connectionMade") {
    nextScript.made = [](Scripted&) { throw std::runtime_error("by a test"); };
  }
  SUBCASE("with `unread`") {
    nextScript.data = [](Scripted&, std::string_view) { throw std::runtime_error("by a test"); };
  }
  Switched switched(serving, nextScript);
  next = switched.next;
  switched.go();
  switched.until("next lost");
  CHECK(next->reason.check<std::runtime_error>());
  switched.checkOld();
}

TEST_CASE("the end of the peer's stream does not come to a next protocol that has closed [CL5]") {
  Script serving, nextScript;
  serving.readLost = [](Scripted&) {};
  nextScript.made = [](Scripted& self) { self.transport->loseConnection(); };
  Switched switched(serving, nextScript);
  switched.begin();
  switched.client().loseConnection();
  switched.until("server read lost");
  switched.server().switchProtocol(switched.next);
  switched.until("next lost");
  CHECK(!switched.next->isReadLost);
}

TEST_CASE("a switch that is pending at a stop is made first [LF3]") {
  const QuietLog quiet;
  std::shared_ptr<Scripted> next;
  std::vector<std::shared_ptr<Scripted>>* servers = nullptr;
  Script serving;
  serving.lost = [&](Scripted& self, const Failure&) {
    Scripted& other = *servers->at(servers->at(0).get() == &self ? 1 : 0);
    other.transport->switchProtocol(next);
  };
  Switched switched(serving);
  next = switched.next;
  servers = &switched.talk.serverFactory->built;
  switched.begin();
  switched.talk.another();
  switched.talk.wire.serverReactor().callLater(0s,
                                               [&] { switched.talk.wire.serverReactor().stop(); });
  switched.until("next lost");
  CHECK(switched.talk.story.inOrder("next made", "next lost"));
  CHECK(switched.talk.story.count("server lost") == 1);
}

}  // namespace
}  // namespace ropewalk::test
