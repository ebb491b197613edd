#pragma once

// Closing one direction: rules HC1 to HC3 and HC5 to HC8. Exceptions are in exception_rules.h.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/producer.h"
#include "support/conversation.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

// A protocol that goes on after the end of the peer's stream.
inline Script halfCloseable() {
  Script script;
  script.readLost = [](Scripted&) {};
  return script;
}

TEST_CASE("loseWriteConnection sends what was written, then the end; reading goes on [HC1]") {
  Conversation<Wire> talk({}, halfCloseable());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write("bye");
  transport.loseWriteConnection();
  CHECK(!talk.server().isWriteLost);
  talk.wire.until([&] { return talk.client().isReadLost && talk.server().isWriteLost; });
  CHECK(talk.client().received == "bye");
  CHECK(!transport.isDisconnecting());

  talk.client().transport->write("are you listening?");
  talk.wire.until([&] { return talk.server().received == "are you listening?"; });
  CHECK(talk.story.count("server write lost") == 1);
  CHECK(!talk.server().isLost);
  CHECK(!talk.client().isLost);
}

TEST_CASE("writeConnectionLost comes after the flush, however long that takes [HC1]") {
  Script asking = halfCloseable();
  asking.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Conversation<Wire> talk({}, asking);
  talk.begin();
  for (std::size_t i = 0; i < Wire::kPieces; ++i) {
    talk.server().transport->write(pattern(i * Wire::kPieceSize, Wire::kPieceSize));
  }
  talk.server().transport->loseWriteConnection();
  talk.wire.settle();
  CHECK(!talk.server().isWriteLost);
  talk.client().transport->resumeProducing();
  talk.wire.until([&] { return talk.server().isWriteLost; });
  CHECK(talk.server().transport->unsentBytes() == 0);
  talk.wire.until([&] { return talk.client().isReadLost; });
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  CHECK(!talk.server().isLost);
}

TEST_CASE("the end of the peer's stream leaves a half-closeable protocol open for writing [HC2]") {
  Conversation<Wire> talk(halfCloseable(), halfCloseable());
  talk.begin().client().transport->write("question");
  talk.client().transport->loseWriteConnection();
  talk.wire.until([&] { return talk.server().isReadLost; });
  CHECK(talk.server().received == "question");
  talk.wire.settle();
  CHECK(!talk.server().isLost);
  CHECK(talk.server().transport->isConnected());
  talk.server().transport->write("answer");
  talk.wire.until([&] { return talk.client().received == "answer"; });
  CHECK(talk.story.count("server read lost") == 1);
  CHECK(!talk.server().isLost);
}

TEST_CASE("the end of the peer's stream closes any other protocol, after the flush [HC2]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    if (self.received == "question") self.transport->write(pattern(0, Wire::kTooMuch));
  };
  Script asking = halfCloseable();
  asking.made = [](Scripted& self) {
    self.transport->write("question");
    self.transport->loseWriteConnection();
  };
  Conversation<Wire> talk(serving, asking);
  talk.wire.until([&] { return talk.story.has("client read lost"); });
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  talk.end();
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(talk.client().reason.check<ConnectionDone>());
}

TEST_CASE("a connection that both sides have half-closed ends once with ConnectionDone [HC3]") {
  Conversation<Wire> talk(halfCloseable(), halfCloseable());
  talk.begin();
  Transport& server = *talk.server().transport;
  Transport& client = *talk.client().transport;
  SUBCASE("ours first") {
    server.loseWriteConnection();
    talk.wire.until([&] { return talk.client().isReadLost; });
    CHECK(!talk.server().isLost);
    client.loseWriteConnection();
  }
  SUBCASE("the peer's first") {
    client.loseWriteConnection();
    talk.wire.until([&] { return talk.server().isReadLost; });
    CHECK(!talk.server().isLost);
    server.loseWriteConnection();
  }
  SUBCASE("both at the same time") {
    server.loseWriteConnection();
    client.loseWriteConnection();
  }
  SUBCASE("with something to flush") {
    // Else each would wait with reading until the other one reads.
    server.setReadWhileBlocked(true);
    client.write(pattern(0, 1'000'000));
    client.loseWriteConnection();
    server.write(pattern(0, 1'000'000));
    server.loseWriteConnection();
  }
  talk.end();
  talk.wire.settle();
  CHECK(talk.server().received == talk.client().received);
  CHECK(talk.story.count("server lost") == 1);
  CHECK(talk.story.count("client lost") == 1);
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(talk.client().reason.check<ConnectionDone>());
}

TEST_CASE("loseConnection after a completed half-close ends later, never inside the call [HC5]") {
  Conversation<Wire> talk({}, halfCloseable());
  talk.begin().server().transport->loseWriteConnection();
  talk.wire.until([&] { return talk.server().isWriteLost && talk.client().isReadLost; });
  talk.server().transport->loseConnection();
  CHECK(!talk.server().isLost);
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("loseConnection in writeConnectionLost ends later, never inside the call [HC5]") {
  Script serving;
  serving.writeLost = [](Scripted& self) {
    self.transport->loseConnection();
    CHECK(!self.isLost);
  };
  Conversation<Wire> talk(serving);
  talk.begin().server().transport->loseWriteConnection();
  talk.end();
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(talk.story.count("server lost") == 1);
}

TEST_CASE("a half-close of a connection that the peer has reset raises nothing [HC6]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->write("bye");
    self.transport->loseWriteConnection();
  };
  Script asking;
  asking.made = [](Scripted& self) {
    self.transport->write("?");
    self.transport->abortConnection();
  };
  Conversation<Wire> talk(serving, asking);
  talk.end();
  CHECK(talk.story.count("server lost") == 1);
  // And once it is gone altogether.
  talk.server().transport->loseWriteConnection();
  talk.client().transport->loseWriteConnection();
  talk.wire.settle();
  CHECK(!talk.client().isWriteLost);
}

TEST_CASE("a half-close whose bytes an abort has dropped is told to nobody [HC1][CL7]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->write("never sent");
    self.transport->loseWriteConnection();
    self.transport->abortConnection();
  };
  serving.writeLost = [](Scripted&) {};
  Script asking;
  asking.made = [](Scripted& self) { self.transport->write("?"); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(!talk.server().isWriteLost);
  CHECK(talk.client().received.empty());
  CHECK(talk.client().reason.check<ConnectionLost>());
}

TEST_CASE("a second half-close is harmless [HC7]") {
  Conversation<Wire> talk({}, halfCloseable());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write("bye");
  transport.loseWriteConnection();
  transport.loseWriteConnection();
  talk.wire.until([&] { return talk.server().isWriteLost && talk.client().isReadLost; });
  transport.loseWriteConnection();
  talk.wire.settle();
  CHECK(talk.story.count("server write lost") == 1);
  CHECK(talk.client().received == "bye");
  CHECK(!talk.server().isLost);
}

TEST_CASE("a write after loseWriteConnection is dropped [HC8]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->write("a");
    self.transport->loseWriteConnection();
    self.transport->write("b");
    self.transport->write(std::string(100'000, 'b'));
    self.transport->write(SharedBytes("b"));
  };
  serving.writeLost = [](Scripted& self) { self.transport->write("b"); };
  Conversation<Wire> talk(serving, halfCloseable());
  talk.begin().client().transport->write("?");
  talk.wire.until([&] { return talk.client().isReadLost; });
  talk.server().transport->write("b");
  talk.wire.settle();
  CHECK(talk.client().received == "a");
  CHECK(!talk.server().isLost);
}

TEST_CASE("a write after loseWriteConnection is dropped while the queue still drains [HC8]") {
  Script asking = halfCloseable();
  asking.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Conversation<Wire> talk({}, asking);
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write(pattern(0, Wire::kTooMuch));
  transport.loseWriteConnection();
  for (int i = 0; i < 3; ++i) {
    talk.wire.settle();
    const std::size_t unsent = transport.unsentBytes();
    REQUIRE(unsent > 0);
    transport.write("late");
    transport.write(std::string(100'000, 'x'));
    transport.write(SharedBytes("late"));
    CHECK(transport.unsentBytes() == unsent);
  }
  talk.client().transport->resumeProducing();
  talk.wire.until([&] {
    transport.write("late");
    return talk.client().isReadLost;
  });
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
}

// Gives a piece each time it is asked, ten in all.
struct TenPieces : Producer {
  explicit TenPieces(Protocol& to) : transport(to.transport) {}
  void pauseProducing() override {}
  void stopProducing() override { isStopped = true; }
  void resumeProducing() override {
    transport->write(std::to_string(given));
    if (++given == 10) transport->unregisterProducer();
  }

  TransportRef transport;
  int given = 0;
  bool isStopped = false;
};

TEST_CASE("loseWriteConnection waits for the producer, as loseConnection does [HC1][CL6]") {
  for (const bool closesToo : {false, true}) {
    Conversation<Wire> talk({}, halfCloseable());
    talk.begin();
    Transport& transport = *talk.server().transport;
    const auto pieces = std::make_shared<TenPieces>(talk.server());
    transport.registerProducer(pieces, Streaming::Pull);
    transport.loseWriteConnection();
    if (closesToo) transport.loseConnection();
    talk.wire.until([&] { return talk.client().isReadLost; });
    CHECK(talk.client().received == "0123456789");
    CHECK(talk.server().isWriteLost);
    CHECK(!pieces->isStopped);
  }
}

TEST_CASE("a producer that comes after loseWriteConnection is stopped at once [HC8][PC5]") {
  Conversation<Wire> talk({}, halfCloseable());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.loseWriteConnection();
  const auto pieces = std::make_shared<TenPieces>(talk.server());
  transport.registerProducer(pieces, Streaming::Pull);
  CHECK(pieces->isStopped);
  transport.loseConnection();
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(pieces->given == 0);
}

}  // namespace
}  // namespace ropewalk::test
