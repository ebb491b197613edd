#pragma once

// Closing and aborting: rules CL1 to CL11.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {

// A server that never reads: what the other side writes stays in its queue.
inline Script deaf() {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  return script;
}

TEST_CASE("what was written before loseConnection arrives whole, then the end [CL1]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    for (std::size_t i = 0; i < kPieces; ++i) {
      self.transport->write(std::string_view(pattern(i * kPieceSize, kPieceSize)));
    }
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.end();
  CHECK(isPattern(talk.client().received, kMoreThanTheKernelTakes));
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

TEST_CASE("after loseConnection the end of the peer's stream is not delivered as data's end either [CL2]") {
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

TEST_CASE("a connection closed by another one's callback gets nothing of the same batch [CL2]") {
  Conversation<Wire>* conversation = nullptr;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    for (const auto& each : conversation->serverFactory->built) {
      if (each.get() != &self) each->transport->loseConnection();
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
  CHECK(talk.story.count("server data") + talk.story.count("server1 data") == 1);
}

TEST_CASE("a connection aborted by another one's callback gets nothing of the same batch [CL8][CL2]") {
  Conversation<Wire>* conversation = nullptr;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    for (const auto& each : conversation->serverFactory->built) {
      if (each.get() != &self) each->transport->abortConnection();
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
  CHECK(talk.story.count("server data") + talk.story.count("server1 data") == 1);
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
  transport.writeFile(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC), 0, 1000);
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

TEST_CASE("a write after loseConnection is dropped while the queue still drains, turns later [CL5]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  transport.write(pattern(0, kMoreThanTheKernelTakes));
  transport.loseConnection();
  for (int i = 0; i < 3; ++i) {
    talk.wire.settle();
    const std::size_t unsent = transport.unsentBytes();
    REQUIRE(unsent > 0);
    writeInVain(transport);
    CHECK(transport.unsentBytes() == unsent);
  }
  talk.client().transport->resumeProducing();
  // And between any two pieces of the flush.
  talk.wire.until([&] {
    writeInVain(transport);
    return talk.isOver();
  });
  CHECK(isPattern(talk.client().received, kMoreThanTheKernelTakes));
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
  transport.write(pattern(0, kMoreThanTheKernelTakes));
  CHECK(feeder->pauses == 1);
  transport.loseConnection();
  feeder->onResume = [&](Feeder&) {
    transport.write(pattern(kMoreThanTheKernelTakes, 1000));
    transport.unregisterProducer();
  };
  talk.wire.settle();
  CHECK(!talk.server().isLost);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(isPattern(talk.client().received, kMoreThanTheKernelTakes + 1000));
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

TEST_CASE("abortConnection throws away what is unsent, and the peer sees a reset [CL7]") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, kMoreThanTheKernelTakes));
  talk.wire.settle();
  CHECK(transport.unsentBytes() > 0);
  transport.abortConnection();
  // Told in a later turn, never from inside the call.
  CHECK(!talk.server().isLost);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.client().received.size() < kMoreThanTheKernelTakes);
  CHECK(talk.server().reason.check<ConnectionAborted>());
  CHECK(talk.client().reason.check<ConnectionLost>());
  CHECK(!talk.client().reason.check<ConnectionAborted>());
  CHECK(feeder->stops == 1);
  CHECK(transport.unsentBytes() == 0);
}

TEST_CASE("abortConnection in dataReceived ends delivery at once and connectionLost comes later [CL8]") {
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

TEST_CASE("aborting more than once, or with closing mixed in, ends once with ConnectionAborted [CL9]") {
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
    transport.write(pattern(0, kMoreThanTheKernelTakes));
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
      talk.server().transport->write(pattern(0, kMoreThanTheKernelTakes));
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
  transport.write(pattern(0, kMoreThanTheKernelTakes));
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

TEST_CASE("a push producer whose resumeProducing raises ends the connection with that reason [CL13]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>(
      [](Feeder&) { throw std::runtime_error("thrown by a producer"); });
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, kMoreThanTheKernelTakes));
  talk.end();
  CHECK(talk.server().reason.check<std::runtime_error>());
  CHECK(talk.server().reason.what() == "thrown by a producer");
  CHECK(feeder->resumes == 1);
  CHECK(feeder->stops == 1);
  // What it had written before was flushed.
  CHECK(isPattern(talk.client().received, kMoreThanTheKernelTakes));
}

TEST_CASE("a pull producer whose resumeProducing raises ends the connection with that reason [CL13]") {
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
  const auto feeder = std::make_shared<Feeder>(
      [](Feeder&) { throw std::runtime_error("thrown by a producer"); });
  talk.server().transport->registerProducer(feeder, Streaming::Pull);
  talk.end();
  CHECK(log.has("server,0,", "thrown by a producer"));
}

}  // namespace ropewalk::test
