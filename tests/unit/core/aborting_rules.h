#pragma once

// Aborting, and what a producer can do to a connection: rules CL7 to CL11 and CL13.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

TEST_CASE("abortConnection throws away what is unsent, and the peer sees a reset [CL7]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, Wire::kTooMuch));
  talk.wire.settle();
  CHECK(transport.unsentBytes() > 0);
  transport.abortConnection();
  // Told in a later turn, never from inside the call.
  CHECK(!talk.server().isLost);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.client().received.size() < Wire::kTooMuch);
  CHECK(talk.server().reason.check<ConnectionAborted>());
  CHECK(talk.client().reason.check<ConnectionLost>());
  CHECK(!talk.client().reason.check<ConnectionAborted>());
  CHECK(feeder->stops == 1);
  CHECK(transport.unsentBytes() == 0);
}

TEST_CASE(
    "abortConnection in dataReceived ends delivery at once and connectionLost comes later [CL8]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->abortConnection();
    CHECK(!self.isLost);
  };
  Script asking;
  asking.made = [](Scripted& self) { self.transport->write(pattern(0, 1'000'000)); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(talk.story.count("server data") == 1);
  CHECK(talk.server().reason.check<ConnectionAborted>());
}

TEST_CASE(
    "aborting more than once, or with closing mixed in, ends once with ConnectionAborted [CL9]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  SUBCASE("abort, abort") {
    transport.abortConnection();
    transport.abortConnection();
  }
  SUBCASE("abort, close") {
    transport.abortConnection();
    transport.loseConnection();
  }
  SUBCASE("close, abort") {
    transport.loseConnection();
    transport.abortConnection();
  }
  SUBCASE("close with a queue, abort a turn later") {
    transport.write(pattern(0, Wire::kTooMuch));
    transport.loseConnection();
    talk.wire.settle();
    CHECK(!talk.server().isLost);
    transport.abortConnection();
  }
  SUBCASE("close and flushed, abort while waiting for the peer") {
    transport.loseConnection();
    talk.wire.settle();
    CHECK(!talk.server().isLost);
    transport.abortConnection();
  }
  SUBCASE("half-close, abort") {
    transport.loseWriteConnection();
    transport.abortConnection();
  }
  talk.wire.until([&] { return talk.server().isLost; });
  transport.abortConnection();
  transport.loseConnection();
  talk.client().transport->resumeProducing();
  talk.end();
  talk.wire.settle();
  CHECK(talk.story.count("server lost") == 1);
  CHECK(talk.server().reason.check<ConnectionAborted>());
}

TEST_CASE("abortConnection for no reason is an abort like any other [CL7]") {
  Conversation<Wire> talk;
  talk.begin();
  talk.server().transport->abortConnection(Failure());
  talk.end();
  CHECK(talk.server().reason.check<ConnectionAborted>());
}

TEST_CASE("abortConnection in resumeProducing works [CL10]") {
  std::function<void(Conversation<Wire>&)> act;
  SUBCASE("at once") {
    act = [](Conversation<Wire>& talk) {
      talk.server().transport->abortConnection();
      CHECK(!talk.server().isLost);
    };
  }
  SUBCASE("a turn later") {
    act = [](Conversation<Wire>& talk) {
      talk.wire.serverReactor().callLater(
          0s, [transport = talk.server().transport] { transport->abortConnection(); });
    };
  }
  SUBCASE("after it has written more") {
    act = [](Conversation<Wire>& talk) {
      talk.server().transport->write(std::string(300'000, 'x'));
      talk.server().transport->abortConnection();
    };
  }
  for (const Streaming streaming : {Streaming::Pull, Streaming::Push}) {
    Conversation<Wire> talk;
    talk.begin();
    const auto feeder = std::make_shared<Feeder>([&](Feeder&) { act(talk); });
    talk.server().transport->registerProducer(feeder, streaming);
    if (streaming == Streaming::Push) {
      talk.server().transport->write(pattern(0, Wire::kTooMuch));
    }
    talk.end();
    CHECK(feeder->resumes == 1);
    CHECK(feeder->stops == 1);
    CHECK(talk.server().reason.check<ConnectionAborted>());
    CHECK(talk.story.count("server lost") == 1);
  }
}

TEST_CASE("abortConnection needs no help of a peer that does not read [CL11]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write(pattern(0, Wire::kTooMuch));
  talk.wire.settle();
  CHECK(transport.unsentBytes() > 0);
  SUBCASE("while writing") {}
  SUBCASE("while closing") { transport.loseConnection(); }
  transport.abortConnection();
  // The client is still paused. Promptly: before anything else that has to go around.
  talk.wire.settle();
  CHECK(talk.server().isLost);
  CHECK(talk.server().reason.check<ConnectionAborted>());
  talk.client().transport->resumeProducing();
  talk.end();
}

TEST_CASE(
    "a push producer whose resumeProducing raises ends the connection with that reason [CL13]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder =
      std::make_shared<Feeder>([](Feeder&) { throw std::runtime_error("thrown by a producer"); });
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, Wire::kTooMuch));
  talk.end();
  CHECK(talk.server().reason.check<std::runtime_error>());
  CHECK(talk.server().reason.what() == "thrown by a producer");
  CHECK(feeder->resumes == 1);
  CHECK(feeder->stops == 1);
  // What it had written before was flushed.
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
}

TEST_CASE(
    "a pull producer whose resumeProducing raises ends the connection with that reason [CL13]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>([&](Feeder& self) {
    if (self.resumes == 3) throw 42;
    transport.write("piece ");
  });
  transport.registerProducer(feeder, Streaming::Pull);
  CHECK(feeder->resumes == 0);
  talk.end();
  CHECK(talk.server().reason.check<int>());
  CHECK(feeder->stops == 1);
  CHECK(talk.client().received == "piece piece ");
}

TEST_CASE("an exception in resumeProducing is logged with the connection's name [CL13]") {
  const CapturedLog log;
  Conversation<Wire> talk;
  talk.begin();
  const auto feeder =
      std::make_shared<Feeder>([](Feeder&) { throw std::runtime_error("thrown by a producer"); });
  talk.server().transport->registerProducer(feeder, Streaming::Pull);
  talk.end();
  CHECK(log.has("server,0,", "thrown by a producer"));
}

}  // namespace
}  // namespace ropewalk::test
