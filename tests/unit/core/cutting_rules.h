#pragma once

// Transport::cutShort(): what was sent arrives, and then the peer can tell that it is not all.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "support/captured_log.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

// Writes more than the wire takes when it is spoken to, and cuts it short.
Script cutting(const Failure& why = {}) {
  Script script;
  script.data = [why](Scripted& self, std::string_view) {
    self.transport->write(pattern(0, Wire::kTooMuch));
    self.transport->cutShort(why);
    self.transport->write("dropped");
  };
  return script;
}

TEST_CASE("what was written before cutShort arrives whole, and then a reset") {
  Conversation<Wire> talk(cutting());
  talk.begin().client().transport->write("?");
  CHECK(!talk.server().isLost);
  talk.end();
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  CHECK(talk.client().reason.check<ConnectionLost>());
  CHECK(talk.server().reason.check<ConnectionAborted>());
}

TEST_CASE("a reset waits until a peer that reads late has taken what was sent before it") {
  Conversation<Wire> talk(cutting(), deaf());
  talk.begin().client().transport->write("?");
  talk.wire.settle();
  CHECK(talk.server().transport->isDisconnecting());
  CHECK(!talk.server().isLost);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  CHECK(talk.client().reason.check<ConnectionLost>());
}

TEST_CASE("the reason of a connection that was cut short is the one that was given first") {
  Conversation<Wire> talk(cutting(Failure::of(std::runtime_error("half a page"))));
  talk.begin().client().transport->write("?");
  talk.wire.until([&] { return talk.server().transport->isDisconnecting(); });
  talk.server().transport->cutShort(Failure::of(std::runtime_error("too late")));
  talk.end();
  CHECK(talk.server().reason.what() == "half a page");
}

TEST_CASE("cutShort does not wait for a producer, and stops it") {
  Conversation<Wire> talk;
  talk.begin();
  const auto feeder = std::make_shared<Feeder>();
  talk.server().transport->registerProducer(feeder, Streaming::Push);
  talk.server().transport->write("part");
  talk.server().transport->cutShort({});
  talk.end();
  CHECK(talk.client().received == "part");
  CHECK(talk.client().reason.check<ConnectionLost>());
  CHECK(feeder->stops == 1);
}

TEST_CASE("cutShort after loseConnection makes the end a reset, and abortConnection hurries it") {
  Conversation<Wire> talk({}, deaf());
  talk.begin().server().transport->write(pattern(0, Wire::kTooMuch));
  talk.wire.settle();
  SUBCASE("after loseConnection") {
    talk.server().transport->loseConnection();
    talk.server().transport->cutShort({});
    talk.client().transport->resumeProducing();
    talk.end();
    CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  }
  SUBCASE("before abortConnection") {
    talk.server().transport->cutShort({});
    talk.server().transport->abortConnection();
    talk.wire.until([&] { return talk.server().isLost; });
    talk.client().transport->resumeProducing();
    talk.end();
    CHECK(talk.client().received.size() < Wire::kTooMuch);
  }
  CHECK(talk.client().reason.check<ConnectionLost>());
}

}  // namespace
}  // namespace ropewalk::test
