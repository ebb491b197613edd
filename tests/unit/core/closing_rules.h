#pragma once

// Closing: rules CL1 to CL6, and RC25. Aborting is in aborting_rules.h.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

TEST_CASE("what was written before loseConnection arrives whole, then the end [CL1]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    for (std::size_t i = 0; i < Wire::kPieces; ++i) {
      self.transport->write(std::string_view(pattern(i * Wire::kPieceSize, Wire::kPieceSize)));
    }
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.end();
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(talk.client().reason.check<ConnectionDone>());
}

TEST_CASE("a close while the peer goes on sending destroys nothing of what was written [CL1]") {
  constexpr std::size_t kSize = 200'000;
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->write(pattern(0, kSize));
    self.transport->loseConnection();
  };
  Script asking;
  // What comes after the first piece is not read by anybody: less than what lingering throws away.
  asking.made = [](Scripted& self) { self.transport->write(std::string(20'000, 'a')); };
  asking.data = [](Scripted& self, std::string_view) { self.transport->write("more"); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(isPattern(talk.client().received, kSize));
  CHECK(talk.client().reason.check<ConnectionDone>());
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("Linger::No flushes and closes without waiting for the peer [CL1]") {
  Script asking = deaf();
  Conversation<Wire> talk({}, asking);
  talk.begin();
  talk.server().transport->write("bye");
  talk.server().transport->loseConnection(Linger::No);
  // The client, which does not read, has not seen anything yet.
  talk.wire.until([&] { return talk.story.has("server lost"); });
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(!talk.story.has("client lost"));
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.client().received == "bye");
}

TEST_CASE("after loseConnection nothing is delivered, not even what has arrived already [CL2]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) { self.transport->loseConnection(); };
  Script asking;
  // More than one piece.
  asking.made = [](Scripted& self) { self.transport->write(pattern(0, 150'000)); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(talk.story.count("server data") == 1);
}

TEST_CASE(
    "after loseConnection the end of the peer's stream is not delivered as data's end either "
    "[CL2]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) { self.transport->loseConnection(); };
  serving.readLost = [](Scripted&) {};
  Script asking;
  asking.made = [](Scripted& self) {
    self.transport->write("last");
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(!talk.story.has("server read lost"));
  CHECK(talk.server().reason.check<ConnectionDone>());
}

// Two clients say something in one batch, and whoever is heard first does `end` to the other one.
// How many were heard?
inline std::size_t heardOfTwo(void (Transport::*end)()) {
  Conversation<Wire>* conversation = nullptr;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    for (const auto& each : conversation->serverFactory->built) {
      if (each.get() != &self) ((*each->transport).*end)();
    }
  };
  Conversation<Wire> talk(serving);
  conversation = &talk;
  talk.begin();
  Scripted& second = talk.another();
  talk.client().transport->write("one");
  second.transport->write("two");
  talk.wire.until([&] { return talk.story.has("server lost") || talk.story.has("server1 lost"); });
  talk.wire.settle();
  return talk.story.count("server data") + talk.story.count("server1 data");
}

TEST_CASE("a connection closed by another one's callback gets nothing of the same batch [CL2]") {
  CHECK(heardOfTwo(&Transport::loseConnection) == 1);
}

TEST_CASE(
    "a connection aborted by another one's callback gets nothing of the same batch [CL8][CL2]") {
  CHECK(heardOfTwo(&Transport::abortConnection) == 1);
}

TEST_CASE("a connection paused by another one's callback gets nothing of the same batch [RC25]") {
  Conversation<Wire>* conversation = nullptr;
  bool isOpen = false;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    if (isOpen) return;
    for (const auto& each : conversation->serverFactory->built) {
      if (each.get() != &self) each->transport->pauseProducing();
    }
  };
  Conversation<Wire> talk(serving);
  conversation = &talk;
  talk.begin();
  Scripted& second = talk.another();
  talk.client().transport->write("one");
  second.transport->write("two");
  talk.wire.until([&] { return talk.story.has("server data") || talk.story.has("server1 data"); });
  talk.wire.settle();
  CHECK(talk.story.count("server data") + talk.story.count("server1 data") == 1);
  // Nothing is lost, it waits.
  isOpen = true;
  for (const auto& each : talk.serverFactory->built) each->transport->resumeProducing();
  talk.wire.until([&] { return talk.story.has("server data") && talk.story.has("server1 data"); });
  CHECK(talk.serverFactory->built[0]->received == "one");
  CHECK(talk.serverFactory->built[1]->received == "two");
}

TEST_CASE("loseConnection again, or after the end, is harmless [CL3]") {
  Script serving;
  serving.lost = [](Scripted& self, const Failure&) { self.transport->loseConnection(); };
  Conversation<Wire> talk(serving);
  talk.begin().server().transport->write("bye");
  for (int i = 0; i < 3; ++i) talk.server().transport->loseConnection();
  talk.server().transport->loseConnection(Linger::No);
  talk.end();
  for (int i = 0; i < 3; ++i) {
    talk.server().transport->loseConnection();
    talk.client().transport->loseConnection();
    talk.wire.settle();
  }
  CHECK(talk.client().received == "bye");
  CHECK(talk.story.count("server lost") == 1);
  CHECK(talk.story.count("client lost") == 1);
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("isDisconnecting is true from the first order to end on [CL4]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  CHECK(!transport.isDisconnecting());
  SUBCASE("loseConnection") { transport.loseConnection(); }
  SUBCASE("loseConnection with a queue to flush") {
    transport.write(std::string(1'000'000, 'x'));
    transport.loseConnection();
  }
  SUBCASE("abortConnection") { transport.abortConnection(); }
  CHECK(transport.isDisconnecting());
  CHECK(!talk.server().isLost);
  talk.end();
}

// Every kind of write there is, none of which may arrive.
inline void writeInVain(Transport& transport) {
  transport.write("too late");
  transport.write(std::string("too late"));
  transport.write(std::string(100'000, 'x'));
  transport.write(std::string_view(std::string(100'000, 'y')));
  transport.write(SharedBytes("too late"));
  transport.writeSequence({"too", "late"});
  transport.writeFile(FileDescriptor(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)), 0, 1000);
}

TEST_CASE("a write after loseConnection is dropped [CL5]") {
  Script serving;
  SUBCASE("with nothing queued") {
    serving.data = [](Scripted& self, std::string_view) {
      self.transport->loseConnection();
      writeInVain(*self.transport);
    };
  }
  SUBCASE("with something queued") {
    serving.data = [](Scripted& self, std::string_view) {
      self.transport->write("A");
      self.transport->loseConnection();
      writeInVain(*self.transport);
    };
  }
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.end();
  CHECK((talk.client().received.empty() || talk.client().received == "A"));
  CHECK(talk.client().received.size() < 2);
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE(
    "a write after loseConnection is dropped while the queue still drains, turns later [CL5]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write(pattern(0, Wire::kTooMuch));
  transport.loseConnection();
  for (int i = 0; i < 3; ++i) {
    talk.wire.settle();
    const std::size_t unsent = transport.unsentBytes();
    REQUIRE(unsent > 0);
    writeInVain(transport);
    CHECK(transport.unsentBytes() == unsent);
  }
  talk.client().transport->resumeProducing();
  // And between any two pieces of the flush. (Not without end: what is not dropped is flushed,
  // too.)
  int tries = 0;
  talk.wire.until([&] {
    if (++tries < 20) writeInVain(transport);
    return talk.isOver();
  });
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
}

TEST_CASE("a write after abortConnection is dropped [CL5]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->abortConnection();
    writeInVain(*self.transport);
    CHECK(self.transport->unsentBytes() == 0);
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.end();
  CHECK(talk.client().received.empty());
}

TEST_CASE("loseConnection waits for a push producer and sends what it still writes [CL6]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  transport.registerProducer(feeder, Streaming::Push);
  transport.write("one ");
  transport.loseConnection();
  CHECK(transport.isDisconnecting());
  for (const char* word : {"two ", "three "}) {
    talk.wire.settle();
    CHECK(!talk.server().isLost);
    transport.write(word);
  }
  talk.wire.until([&] { return talk.client().received == "one two three "; });
  CHECK(feeder->stops == 0);
  transport.write("four");
  transport.unregisterProducer();
  transport.write("never");
  talk.end();
  CHECK(talk.client().received == "one two three four");
  CHECK(talk.server().reason.check<ConnectionDone>());
  CHECK(feeder->stops == 0);
}

TEST_CASE("loseConnection waits for a push producer that is paused [CL6]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, Wire::kTooMuch));
  CHECK(feeder->pauses == 1);
  transport.loseConnection();
  feeder->onResume = [&](Feeder&) {
    transport.write(pattern(Wire::kTooMuch, 1000));
    transport.unregisterProducer();
  };
  talk.wire.settle();
  CHECK(!talk.server().isLost);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(isPattern(talk.client().received, Wire::kTooMuch + 1000));
  CHECK(feeder->resumes == 1);
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("loseConnection waits for a pull producer [CL6]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>([&](Feeder& self) {
    transport.write(pattern(static_cast<std::size_t>(self.resumes - 1) * 10'000, 10'000));
    if (self.resumes == 20) transport.unregisterProducer();
  });
  transport.registerProducer(feeder, Streaming::Pull);
  transport.loseConnection();
  talk.end();
  CHECK(isPattern(talk.client().received, 200'000));
  CHECK(feeder->stops == 0);
  CHECK(talk.server().reason.check<ConnectionDone>());
}

}  // namespace
}  // namespace ropewalk::test
