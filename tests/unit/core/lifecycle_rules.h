#pragma once

// The life of a protocol, from connectionMade() to connectionLost(): rules LF1 to LF6 and LF11 to
// LF14. Exceptions are in exception_rules.h.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "support/conversation.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

TEST_CASE("connectionMade comes once, before any data, with transport and factory set [LF1]") {
  bool serverWasConnected = false;
  bool clientWasConnected = false;
  Factory* serverFactory = nullptr;
  Factory* clientFactory = nullptr;
  Script serving;
  serving.made = [&](Scripted& self) {
    serverWasConnected = self.transport->isConnected();
    serverFactory = self.factory.get();
  };
  Script asking;
  asking.made = [&](Scripted& self) {
    clientWasConnected = self.transport->isConnected();
    clientFactory = self.factory.get();
    self.transport->write("hello");
  };
  Conversation<Wire> talk(serving, asking);
  talk.wire.until([&] { return talk.begin().server().received == "hello"; });

  CHECK(talk.story.inOrder("server made", "server data"));
  CHECK(talk.story.count("server made") == 1);
  CHECK(talk.story.count("client made") == 1);
  CHECK(serverWasConnected);
  CHECK(clientWasConnected);
  CHECK(serverFactory == talk.serverFactory.get());
  CHECK(clientFactory == talk.clientFactory.get());
}

TEST_CASE("dataReceived gets the stream in non-empty pieces, whole and in order [LF2]") {
  Script asking;
  asking.made = [](Scripted& self) {
    for (std::size_t i = 0; i < Wire::kPieces; ++i) {
      self.transport->write(pattern(i * Wire::kPieceSize, Wire::kPieceSize));
    }
    self.transport->loseConnection();
  };
  Conversation<Wire> talk({}, asking);
  talk.begin().end();
  CHECK(isPattern(talk.server().received, Wire::kTooMuch));
  CHECK(talk.story.count("server data") > 1);
}

// Every way to order the end of a connection.
using Order = void (*)(Transport&);
inline constexpr Order kEndings[] = {
    [](Transport& transport) { transport.loseConnection(); },
    [](Transport& transport) { transport.loseConnection(Linger::No); },
    [](Transport& transport) { transport.stopProducing(); },
    [](Transport& transport) { transport.abortConnection(); },
    [](Transport& transport) { transport.abortConnection(Failure::connectionDone()); },
    [](Transport& transport) {
      transport.loseWriteConnection();
      transport.loseConnection();
    },
};

TEST_CASE("an order given in a callback never ends the connection before it returns [LF3]") {
  for (const Order order : kEndings) {
    // Scripted complains about a callback inside another one.
    Script serving;
    serving.data = [&](Scripted& self, std::string_view) {
      order(*self.transport);
      CHECK(!self.isLost);
    };
    Script asking;
    asking.made = [](Scripted& self) { self.transport->write("?"); };
    Conversation<Wire> talk(serving, asking);
    talk.begin().end();
    talk.wire.settle();
    CHECK(talk.story.count("server lost") == 1);
    CHECK(talk.story.count("client lost") == 1);
  }
}

TEST_CASE("an order given from outside never ends the connection before it returns [LF3]") {
  for (const Order order : kEndings) {
    Conversation<Wire> talk;
    talk.begin();
    order(*talk.server().transport);
    CHECK(!talk.server().isLost);
    talk.end();
    talk.wire.settle();
    CHECK(talk.story.count("server lost") == 1);
    CHECK(talk.story.count("client lost") == 1);
  }
}

TEST_CASE("an order given in connectionMade never ends the connection before it returns [LF3]") {
  for (const Order order : kEndings) {
    Script serving;
    serving.made = [&](Scripted& self) {
      order(*self.transport);
      CHECK(!self.isLost);
    };
    Conversation<Wire> talk(serving);
    talk.begin().end();
    CHECK(talk.story.count("server lost") == 1);
    CHECK(talk.story.count("client lost") == 1);
  }
}

TEST_CASE("a write that finds the connection broken does not report it before it returns [LF3]") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view) {
    for (int i = 0; i < 100; ++i) self.transport->write(std::string(100'000, 'x'));
    CHECK(!self.isLost);
  };
  Script asking;
  asking.data = [](Scripted& self, std::string_view) { self.transport->abortConnection(); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().client().transport->write("?");
  talk.end();
  CHECK(talk.story.count("server lost") == 1);
  CHECK(talk.server().reason.check<ConnectionLost>());
}

TEST_CASE("nothing holds or calls a protocol after connectionLost [LF4]") {
  Conversation<Wire> talk;
  talk.begin();
  const std::weak_ptr<Scripted> server = talk.serverFactory->built.at(0);
  const std::weak_ptr<Scripted> client = talk.clientFactory->built.at(0);
  const TransportRef kept = server.lock()->transport;
  bool isCalled = false;
  server.lock()->callLater(1h, [&] { isCalled = true; });
  auto late = server.lock()->whileConnected([&] { isCalled = true; });

  client.lock()->transport->write("so long");
  client.lock()->transport->loseConnection();
  talk.serverFactory->built.clear();
  talk.clientFactory->built.clear();
  CHECK(!server.expired());
  talk.end();
  talk.wire.settle();

  CHECK(server.expired());
  CHECK(client.expired());
  late();
  CHECK(!isCalled);
  // The handle outlives both and does nothing.
  CHECK(!kept->isConnected());
  kept->write("anybody?");
  kept->resumeProducing();
  kept->loseConnection();
  kept->abortConnection();
  talk.wire.settle();
  CHECK(talk.story.count("server lost") == 1);
}

TEST_CASE("the reason says who ended the connection and how [LF5]") {
  Conversation<Wire> talk;
  talk.begin();
  SUBCASE("an orderly close is ConnectionDone on both sides") {
    talk.client().transport->loseConnection();
    talk.end();
    CHECK(talk.client().reason.check<ConnectionDone>());
    CHECK(talk.server().reason.check<ConnectionDone>());
  }
  SUBCASE("an abort is ConnectionAborted here and ConnectionLost there") {
    talk.client().transport->abortConnection();
    talk.end();
    CHECK(talk.client().reason.check<ConnectionAborted>());
    CHECK(talk.server().reason.check<ConnectionLost>());
    CHECK(!talk.server().reason.check<ConnectionAborted>());
  }
  SUBCASE("an abort with a reason has that reason here") {
    talk.server().transport->abortConnection(Failure::of(std::runtime_error("tired")));
    talk.end();
    CHECK(talk.server().reason.what() == "tired");
    CHECK(talk.client().reason.check<ConnectionLost>());
  }
}

TEST_CASE("what was sent before a close is delivered before connectionLost [LF6]") {
  constexpr std::size_t kSize = 1'000'000;
  std::size_t seenAtTheEnd = 0;
  Script serving;
  serving.lost = [&](Scripted& self, const Failure&) { seenAtTheEnd = self.received.size(); };
  Script asking;
  asking.made = [](Scripted& self) {
    self.transport->write(pattern(0, kSize));
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(seenAtTheEnd == kSize);
  CHECK(isPattern(talk.server().received, kSize));
  CHECK(talk.server().reason.check<ConnectionDone>());
}

// Writes the first `size` bytes of the pattern with every kind of write in turn, in pieces of many
// sizes.
inline void writeInEveryWay(Transport& transport, std::size_t size) {
  const std::size_t sizes[] = {1, 100, 16 * 1024, 16 * 1024 + 1, 0, 70'000, 7};
  std::size_t written = 0;
  for (std::size_t i = 0; written < size; ++i) {
    std::string piece = pattern(written, std::min(sizes[i % 7], size - written));
    written += piece.size();
    const std::string_view view = piece;
    const std::size_t half = view.size() / 2;
    switch (i % 4) {
      case 0:
        transport.write(view);
        break;
      case 1:
        transport.write(SharedBytes(piece));
        break;
      case 2:
        transport.writeSequence({view.substr(0, half), view.substr(half)});
        break;
      default:
        transport.write(std::move(piece));
    }
  }
}

TEST_CASE("writes of every kind arrive in the order in which they were made [LF11]") {
  constexpr std::size_t kFirst = 3'000'000;
  constexpr std::size_t kAll = kFirst + 3;
  Script serving;
  serving.made = [](Scripted& self) { writeInEveryWay(*self.transport, kFirst); };
  serving.data = [](Scripted& self, std::string_view) {
    self.transport->writeSequence({pattern(kFirst, 1), "", pattern(kFirst + 1, 2)});
    self.transport->loseConnection();
  };
  Script asking;
  asking.made = [](Scripted& self) { self.transport->write("now"); };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(isPattern(talk.client().received, kAll));
}

TEST_CASE("a write of any size returns at once and arrives [LF12]") {
  constexpr std::size_t kSize = 2 * Wire::kTooMuch;
  Script asking;
  asking.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Conversation<Wire> talk({}, asking);
  talk.begin();
  SUBCASE("as a view") { talk.server().transport->write(std::string_view(pattern(0, kSize))); }
  SUBCASE("as a string given away") { talk.server().transport->write(pattern(0, kSize)); }
  SUBCASE("as shared bytes") { talk.server().transport->write(SharedBytes(pattern(0, kSize))); }
  talk.wire.settle();
  // Nobody reads yet: most of it waits here, and the reactor goes on turning.
  CHECK(talk.server().transport->unsentBytes() > 0);
  talk.client().transport->resumeProducing();
  talk.server().transport->loseConnection();
  talk.end();
  CHECK(isPattern(talk.client().received, kSize));
  CHECK(talk.server().transport->unsentBytes() == 0);
}

TEST_CASE("a write after the end is ignored [LF13]") {
  const auto writeAll = [](Transport& transport) {
    const std::size_t neverSent = transport.unsentBytes();
    transport.write("late");
    transport.write(std::string(1'000'000, 'x'));
    transport.write(SharedBytes(std::string(100'000, 'y')));
    transport.writeSequence({"a", "b"});
    CHECK(transport.unsentBytes() == neverSent);
  };
  Script serving;
  std::size_t neverSent = 0;
  serving.lost = [&](Scripted& self, const Failure&) {
    neverSent = self.transport->unsentBytes();
    writeAll(*self.transport);
  };
  Conversation<Wire> talk(serving);
  talk.begin();
  std::size_t unsent = 0;
  SUBCASE("after an orderly end") { talk.client().transport->loseConnection(); }
  SUBCASE("after a reset") { talk.client().transport->abortConnection(); }
  SUBCASE("after our own close") { talk.server().transport->loseConnection(); }
  SUBCASE("after our own abort") { talk.server().transport->abortConnection(); }
  SUBCASE("with a queue that was never sent") {
    talk.client().transport->pauseProducing();
    talk.wire.settle();
    talk.server().transport->write(std::string(Wire::kTooMuch, 'x'));
    talk.wire.settle();
    unsent = talk.server().transport->unsentBytes();
    CHECK(unsent > 0);
    talk.server().transport->abortConnection();
    talk.client().transport->resumeProducing();
  }
  talk.end();
  CHECK(neverSent == unsent);
  CHECK(talk.server().transport->unsentBytes() == 0);
  writeAll(*talk.server().transport);
  writeAll(*talk.client().transport);
  talk.wire.settle();
  CHECK(talk.story.count("server lost") == 1);
}

TEST_CASE("a file written after the end is closed unread [LF13]") {
  Conversation<Wire> talk;
  talk.begin();
  talk.client().transport->abortConnection();
  talk.end();
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  talk.server().transport->writeFile(FileDescriptor(fd), 0, 10);
  CHECK(::fcntl(fd, F_GETFD) == -1);
  CHECK(errno == EBADF);
}

TEST_CASE("an empty write does nothing at all [LF14]") {
  struct Feeder : Producer {
    void pauseProducing() override { ++pauses; }
    void resumeProducing() override { ++resumes; }
    void stopProducing() override {}
    int pauses = 0;
    int resumes = 0;
  };
  const auto feeder = std::make_shared<Feeder>();
  const auto writeNothing = [](Transport& transport) {
    transport.write("");
    transport.write(std::string());
    transport.write(SharedBytes());
    transport.writeSequence({});
    transport.writeSequence({"", ""});
  };
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->registerProducer(feeder, Streaming::Push);
    writeNothing(*self.transport);
    CHECK(self.transport->unsentBytes() == 0);
    // Exactly at the mark: one more byte would be too much, nothing is not.
    for (int i = 0; i < 16; ++i) self.transport->write(std::string_view(std::string(4096, 'x')));
    writeNothing(*self.transport);
    CHECK(feeder->pauses == 0);
    self.transport->write("y");
    CHECK(feeder->pauses == 1);
    writeNothing(*self.transport);
    CHECK(feeder->pauses == 1);
  };
  Conversation<Wire> talk(serving);
  talk.begin();
  writeNothing(*talk.server().transport);
  writeNothing(*talk.client().transport);
  talk.wire.settle();
  CHECK(!talk.story.has("server data"));
  CHECK(!talk.story.has("client data"));

  talk.client().transport->write("?");
  talk.wire.until([&] { return feeder->resumes == 1; });
  writeNothing(*talk.server().transport);
  talk.wire.settle();
  CHECK(feeder->resumes == 1);
  CHECK(talk.client().received.size() == 65'537);
  talk.server().transport->unregisterProducer();
}

TEST_CASE("addresses are right on both ends, and stay so in and after connectionLost [PT24]") {
  std::string atTheEnd;
  Script serving;
  serving.lost = [&](Scripted& self, const Failure&) {
    atTheEnd = self.transport->getHost().text() + " " + self.transport->getPeer().text();
  };
  Conversation<Wire> talk(serving);
  talk.begin();
  const Address server = talk.server().transport->getHost();
  const Address client = talk.client().transport->getHost();
  CHECK(server == talk.port->getHost());
  CHECK(client.port() != 0);
  CHECK(talk.server().transport->getPeer() == client);
  CHECK(talk.client().transport->getPeer() == server);

  SUBCASE("after an orderly end") { talk.client().transport->loseConnection(); }
  SUBCASE("after a reset") { talk.client().transport->abortConnection(); }
  SUBCASE("after our own abort") { talk.server().transport->abortConnection(); }
  talk.end();
  CHECK(atTheEnd == server.text() + " " + client.text());
  CHECK(talk.server().transport->getHost() == server);
  CHECK(talk.server().transport->getPeer() == client);
  CHECK(talk.client().transport->getHost() == client);
  CHECK(talk.client().transport->getPeer() == server);
}

TEST_CASE("after the end the peer is known, our address only if it was asked for before [PT24]") {
  Conversation<Wire> talk;
  talk.begin();
  const Address client = talk.client().transport->getHost();
  SUBCASE("an orderly end") { talk.client().transport->loseConnection(); }
  SUBCASE("a reset") { talk.client().transport->abortConnection(); }
  SUBCASE("our own abort") { talk.server().transport->abortConnection(); }
  talk.end();
  CHECK(talk.server().transport->getPeer() == client);
  CHECK(talk.client().transport->getHost() == client);
  CHECK(talk.server().transport->getHost() == Address());
}

}  // namespace
}  // namespace ropewalk::test
