// Closing, aborting and half-closing as a raw socket sees them: CL, HC.

#include <doctest/doctest.h>

#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "support/captured_log.h"
#include "support/pattern.h"
#include "support/raw_conversation.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a close shows as the end of the stream, behind all that was written [LF5][CL1]") {
  Script script;
  script.made = [](Scripted& self) {
    for (std::size_t i = 0; i < kPieces; ++i) {
      self.transport->write(std::string_view(pattern(i * kPieceSize, kPieceSize)));
    }
    self.transport->loseConnection();
  };
  RawConversation raw(script);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    got = peer.receiveAll();
    peer.close();
  });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("an abort shows as a reset [LF5][CL7]") {
  RawConversation raw({});
  raw.begin().server().transport->abortConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionAborted>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE(
    "an abort throws away what waits, and needs no help of a peer that does not read [CL7][CL11]") {
  RawConversation raw({});
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.until([&] { return raw.server().transport->unsentBytes() < kMoreThanTheKernelTakes; });
  CHECK(raw.server().transport->unsentBytes() > 0);
  raw.server().transport->abortConnection();
  CHECK(!raw.server().isLost);
  raw.end();
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE("a close on unread bytes destroys nothing of the answer [CL1]") {
  Script script;
  script.data = [](Scripted& self, std::string_view) {
    self.transport->write("the answer");
    self.transport->loseConnection();
  };
  RawConversation raw(script);
  raw.peer.send("the question");
  raw.begin();
  raw.until([&] { return raw.server().transport->isDisconnecting(); });
  // It comes too late to be read, and must not turn the close into a reset.
  raw.peer.send("and another thing");
  CHECK(raw.peer.receiveExactly(10) == "the answer");
  raw.peer.send("and another");
  raw.beside([](RawSocket& peer) { CHECK(peer.endsWith() == 0); });
  raw.peer.close();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.server().received == "the question");
}

TEST_CASE("a peer that does not finish is waited for only so long [CL1]") {
  ListenOptions options("127.0.0.1");
  options.limits.linger = 20ms;
  RawConversation raw({}, options);
  raw.begin().server().transport->write("bye");
  raw.server().transport->loseConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.receiveAll() == "bye");
}

TEST_CASE("a peer that sends for ever is not read for ever after a close [CL1]") {
  RawConversation raw({});
  raw.begin().server().transport->loseConnection();
  raw.beside([](RawSocket& peer) {
    // Ends because the other side closes on unread bytes.
    CHECK_THROWS_AS(for (;;) peer.send(std::string(65536, 'x')), std::system_error);
  });
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.server().received.empty());
}

TEST_CASE("a connection that is cut short is reset only when the peer has acknowledged all") {
  constexpr std::size_t kSize = 100'000;  // more than the peer's kernel takes, less than ours does
  RawConversation raw({}, {"127.0.0.1"}, 4096);
  raw.begin().server().transport->write(pattern(0, kSize));
  raw.server().transport->cutShort({});
  std::string got;
  int ended = 0;
  raw.beside([&](RawSocket& peer) {
    std::this_thread::sleep_for(200ms);
    got = peer.receiveExactly(kSize);
    ended = peer.endsWith();
  });
  raw.end();
  CHECK(isPattern(got, kSize));
  CHECK(ended == ECONNRESET);
}

TEST_CASE("a peer that takes nothing is given up after the close deadline [CL1]") {
  ListenOptions options("127.0.0.1");
  options.limits.closeDeadline = 20ms;
  RawConversation raw({}, options);
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.server().transport->loseConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE("a peer that takes nothing for too long is given up") {
  ListenOptions options("127.0.0.1");
  options.limits.writeStall = 20ms;
  RawConversation raw({}, options);
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
}

TEST_CASE(
    "bytes in one batch with a close behind them are not delivered after loseConnection [CL2]") {
  Script script;
  script.data = [](Scripted& self, std::string_view) { self.transport->loseConnection(); };
  RawConversation raw(script);
  raw.begin();
  raw.peer.send(pattern(0, 60'000));
  raw.peer.shutdownWrite();
  raw.end();
  CHECK(raw.story.count("server data") == 1);
  CHECK(!raw.story.has("server read lost"));
}

TEST_CASE("two that are ready in one batch: whoever comes first can close the other [CL2][RC25]") {
  std::function<void(Transport&)> act;
  SUBCASE("loseConnection") {
    act = [](Transport& other) { other.loseConnection(); };
  }
  SUBCASE("abortConnection") {
    act = [](Transport& other) { other.abortConnection(); };
  }
  SUBCASE("pauseProducing") {
    act = [](Transport& other) { other.pauseProducing(); };
  }
  RawConversation* all = nullptr;
  Script script;
  script.data = [&](Scripted& self, std::string_view) {
    for (const auto& each : all->factory->built) {
      if (each.get() != &self) act(*each->transport);
    }
  };
  RawConversation raw(script);
  all = &raw;
  std::vector<RawSocket> others;
  for (int i = 0; i < 5; ++i) others.push_back(RawSocket::connectedTo(raw.port->getHost()));
  raw.until([&] { return raw.factory->built.size() == 6; });
  raw.peer.send("x");
  for (RawSocket& other : others) other.send("x");
  for (int turn = 0; turn < 10; ++turn) raw.reactor.iterate();
  std::size_t delivered = 0;
  for (const auto& each : raw.factory->built) delivered += each->received.size();
  CHECK(delivered == 1);
}

TEST_CASE("a half-close shows as the end of the stream, and reading goes on [HC1]") {
  RawConversation raw({});
  raw.begin().server().transport->write("bye");
  raw.server().transport->loseWriteConnection();
  raw.until([&] { return raw.server().isWriteLost; });
  CHECK(raw.peer.receiveAll() == "bye");
  raw.peer.send("you too");
  raw.until([&] { return raw.server().received == "you too"; });
  CHECK(!raw.server().isLost);
  raw.peer.close();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a peer that half-closes gets all of its answer from a half-closeable protocol [HC2]") {
  Script script;
  script.readLost = [](Scripted& self) {
    self.transport->write(pattern(0, kMoreThanTheKernelTakes));
    self.transport->loseConnection();
  };
  RawConversation raw(script);
  raw.peer.send("question");
  raw.peer.shutdownWrite();
  std::string got;
  raw.beside([&](RawSocket& peer) { got = peer.receiveAll(); });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().received == "question");
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a peer that half-closes gets all of its answer from any protocol [HC2]") {
  Script script;
  script.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  RawConversation raw(script);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    std::thread sending([&] {
      peer.send(pattern(0, kMoreThanTheKernelTakes));
      peer.shutdownWrite();
    });
    got = peer.receiveAll();
    sending.join();
  });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("both directions closed end a connection once with ConnectionDone [HC3]") {
  Script script;
  script.readLost = [](Scripted&) {};
  RawConversation raw(script);
  raw.begin();
  SUBCASE("ours first") {
    raw.server().transport->loseWriteConnection();
    raw.until([&] { return raw.server().isWriteLost; });
    raw.peer.shutdownWrite();
  }
  SUBCASE("the peer's first") {
    raw.peer.shutdownWrite();
    raw.until([&] { return raw.server().isReadLost; });
    CHECK(!raw.server().isLost);
    raw.server().transport->loseWriteConnection();
  }
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.endsWith() == 0);
}

TEST_CASE("a half-close of a peer that has gone raises nothing [HC6]") {
  Script script;
  RawConversation* all = nullptr;
  script.data = [&](Scripted& self, std::string_view) {
    all->peer.reset();
    self.transport->loseWriteConnection();
    self.transport->loseWriteConnection();
  };
  RawConversation raw(script);
  all = &raw;
  raw.peer.send("?");
  raw.begin().end();
  CHECK(raw.story.count("server lost") == 1);
}

}  // namespace
}  // namespace ropewalk::test
