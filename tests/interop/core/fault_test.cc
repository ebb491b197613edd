// A kernel that fails, is interrupted and does less than it was asked for; and a wall clock that
// jumps. PT15, PT17, LF2, LF11, LF14, LF15, HC6, TM12.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/echo.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/guarded_reactor.h"
#include "support/kernel_faults.h"
#include "support/loopback_wire.h"
#include "support/pattern.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

TEST_CASE("an accept that fails is tried again, and the port goes on [PT15]") {
  const QuietLog quiet;
  for (const int error : {EAGAIN, EINTR, ECONNABORTED, ENOBUFS, ENOMEM, EPERM, EPROTO, ENETDOWN,
                          ETIMEDOUT, EMFILE, ENFILE}) {
    INFO("errno " << error);
    Story story;
    Reactor reactor;
    KernelFaults faults;
    const auto factory = scripted(story, "server");
    const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
    const RawSocket peer = RawSocket::connectedTo(port->getHost());
    faults.failNext(SystemCall::Accept, error);
    turnUntil(reactor, [&] { return faults.isSpent(SystemCall::Accept); });
    // The first one may have been turned away; whoever comes now is welcome.
    const RawSocket late = RawSocket::connectedTo(port->getHost());
    turnUntil(reactor, [&] {
      return !factory->peers.empty() && factory->peers.back().port() == late.port();
    });
    CHECK(port->isListening());
  }
}

TEST_CASE("an accept that fails again and again is tried in vain only now and then [PT14][PT15]") {
  int error = 0;
  SUBCASE("for want of memory") { error = ENOBUFS; }
  SUBCASE("for want of descriptors") { error = EMFILE; }
  SUBCASE("for want of a permission") { error = EACCES; }
  const CapturedLog log;
  Story story;
  Reactor reactor;
  KernelFaults faults;
  const auto factory = scripted(story, "server");
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  for (int i = 0; i < 100'000; ++i) faults.failNext(SystemCall::Accept, error);
  bool isOver = false;
  reactor.callLater(300ms, [&] { isOver = true; });
  turnUntil(reactor, [&] { return isOver; });
  CHECK(faults.calls[SystemCall::Accept] < 100);
  CHECK(log.lines().size() < 5);
}

TEST_CASE("a full file table of the machine costs what one of the process does [PT14]") {
  std::vector<int> calls;
  for (const int error : {EMFILE, ENFILE}) {
    CAPTURE(error);
    const CapturedLog log;
    Story story;
    Reactor reactor;
    KernelFaults faults;
    const auto factory = scripted(story, "server");
    const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
    std::vector<RawSocket> crowd;
    for (int i = 0; i < 96; ++i) crowd.push_back(RawSocket::connectedTo(port->getHost()));
    // Other processes come and go: of 24 accepts one fails, and 16 clients are turned away.
    for (int round = 0; round < 4; ++round) {
      faults.failNext(SystemCall::Accept, error);
      for (int i = 0; i < 23; ++i) faults.failNext(SystemCall::Accept, 0);
    }
    turnUntil(reactor, [&] { return factory->peers.size() == 96 - 4 * 16; });
    CHECK(log.lines().size() == 1);
    CHECK(log.has("accept on ", "16 turned away, pausing"));
    calls.push_back(faults.calls[SystemCall::Accept]);
  }
  CHECK(calls[0] == calls[1]);
}

TEST_CASE("a drain without descriptors ends an idle connection for one that waits [PT14]") {
  const QuietLog quiet;
  Story story;
  Reactor reactor;
  KernelFaults faults;
  const auto factory = scripted(story, "server");
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  const RawSocket idle = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return factory->built.size() == 1; });
  factory->built[0]->transport->setIdle(true);
  reactor.callLater(0s, [&] {
    const RawSocket waits = RawSocket::connectedTo(port->getHost());
    faults.failNext(SystemCall::Accept, EMFILE);
    reactor.drain();
    reactor.callLater(0s, [&, port = waits.port()] {
      CHECK(factory->built[0]->isLost);
      REQUIRE(factory->peers.size() == 2);
      CHECK(factory->peers[1].port() == port);
    });
  });
  turnUntil(reactor, [&] { return story.has("server stop"); });
  CHECK(faults.isSpent(SystemCall::Accept));
}

TEST_CASE("whoever reads that nobody is accepted may close the port [PT14]") {
  const CapturedLog restoresTheSink;
  Story story;
  Reactor reactor;
  KernelFaults faults;
  const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
  setLogSink([&](LogLevel, std::string_view line) {
    if (line.find("pausing") != std::string_view::npos) port->stopListening();
  });
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  for (int i = 0; i < 100; ++i) faults.failNext(SystemCall::Accept, ENOBUFS);
  turnUntil(reactor, [&] { return story.has("server stop"); });
  CHECK(!port->isListening());
}

TEST_CASE(
    "a port whose socket somebody else has shut down says so now and then, and spins not [PT14]") {
  const CapturedLog log;
  Reactor reactor;
  KernelFaults faults;
  const RawSocket theirs = RawSocket::listening();
  const auto port = reactor.adoptStreamPort(theirs.fd(), Factory::forProtocol<echo::Echo>());
  REQUIRE(::shutdown(theirs.fd(), SHUT_RDWR) == 0);
  bool isOver = false;
  reactor.callLater(300ms, [&] { isOver = true; });
  turnUntil(reactor, [&] { return isOver; });
  CHECK(faults.calls[SystemCall::Accept] < 10);
  CHECK(log.has("accept on ", "Invalid argument"));
}

TEST_CASE("a connect is failed by what the kernel says, once, through the factory [PT17]") {
  struct Case {
    int error;
    bool (*isIt)(const Failure&);
  };
  const Case cases[] = {
      {ECONNREFUSED, [](const Failure& why) { return why.check<ConnectionRefusedError>(); }},
      {ENETUNREACH, [](const Failure& why) { return why.check<NoRouteError>(); }},
      {ETIMEDOUT, [](const Failure& why) { return why.check<TCPTimedOutError>(); }},
      {EHOSTUNREACH, [](const Failure& why) { return why.check<ConnectError>(); }},
      {EADDRNOTAVAIL, [](const Failure& why) { return why.check<ConnectError>(); }},
      {EACCES, [](const Failure& why) { return why.check<ConnectError>(); }},
  };
  for (const Case& each : cases) {
    INFO("errno " << each.error);
    Story story;
    Reactor reactor;
    KernelFaults faults;
    faults.failNext(SystemCall::Connect, each.error);
    const auto factory = scripted(story, "client");
    reactor.connectTCP("127.0.0.1", 9, factory);
    CHECK(!story.has("client connect failed"));
    turnUntil(reactor, [&] { return story.has("client stop"); });
    CHECK(story.count("client connect failed") == 1);
    CHECK(each.isIt(factory->reason));
    CHECK(!factory->reason.check<TimeoutError>());
  }
}

TEST_CASE("the stream survives a kernel that moves one byte at a time [LF2][LF11]") {
  constexpr std::size_t kSize = 10'000;
  KernelFaults faults;
  faults.most = 1;
  Script serving;
  serving.made = [](Scripted& self) {
    std::size_t at = 0;
    for (std::size_t size = 1; at < kSize; size = size * 2 + 1) {
      const std::size_t piece = std::min(size, kSize - at);
      if (size % 3 == 0) {
        self.transport->write(SharedBytes(pattern(at, piece)));
      } else {
        self.transport->write(std::string_view(pattern(at, piece)));
      }
      at += piece;
    }
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving);
  talk.begin();
  // Not end(): its search through 10 000 events in each turn is slow under a sanitizer.
  talk.wire.until([&] { return talk.client().isLost && talk.server().isLost; });
  CHECK(isPattern(talk.client().received, kSize));
  CHECK(talk.client().reason.check<ConnectionDone>());
}

TEST_CASE("calls that are interrupted or would block are not the end of anything [LF2][LF15]") {
  for (const int error : {EINTR, EAGAIN}) {
    Script serving;
    serving.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
    Conversation<Wire> talk(serving);
    talk.begin();
    KernelFaults faults;
    for (int i = 0; i < 3; ++i) {
      faults.failNext(SystemCall::Receive, error);
      faults.failNext(SystemCall::Send, error);
    }
    talk.client().transport->write(pattern(0, 100'000));
    talk.wire.until([&] { return talk.client().received.size() == 100'000; });
    CHECK(isPattern(talk.client().received, 100'000));
    CHECK(faults.isSpent(SystemCall::Send));
    CHECK(faults.isSpent(SystemCall::Receive));
  }
}

TEST_CASE(
    "a send that fails is ConnectionLost, once, and never an exception to the writer [LF15]") {
  for (const int error : {EPIPE, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETDOWN, ENOBUFS, ENOMEM}) {
    for (const std::size_t size : {std::size_t{10}, std::size_t{1'000'000}}) {
      INFO("errno " << error << ", size " << size);
      KernelFaults faults;
      Script serving;
      serving.data = [&](Scripted& self, std::string_view) {
        faults.failNext(SystemCall::Send, error);
        self.transport->write(std::string_view(pattern(0, size)));
        CHECK(!self.isLost);
      };
      Conversation<Wire> talk(serving);
      talk.begin().client().transport->write("?");
      talk.end();
      CHECK(talk.story.count("server lost") == 1);
      CHECK(talk.server().reason.check<ConnectionLost>());
      CHECK(!talk.server().reason.check<ConnectionAborted>());
    }
  }
}

TEST_CASE("a receive that fails is ConnectionLost, once [LF5]") {
  for (const int error : {ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETDOWN, EIO}) {
    INFO("errno " << error);
    KernelFaults faults;
    Conversation<Wire> talk;
    talk.begin();
    faults.failNext(SystemCall::Receive, error);
    talk.client().transport->write("?");
    talk.end();
    CHECK(talk.story.count("server lost") == 1);
    CHECK(talk.server().reason.check<ConnectionLost>());
    CHECK(talk.server().received.empty());
  }
}

TEST_CASE("a shutdown that fails raises nothing, and the connection still ends [HC6]") {
  KernelFaults faults;
  Conversation<Wire> talk;
  talk.begin();
  faults.failNext(SystemCall::Shutdown, ENOTCONN);
  faults.failNext(SystemCall::Shutdown, ENOTCONN);
  SUBCASE("loseWriteConnection") { talk.server().transport->loseWriteConnection(); }
  SUBCASE("loseConnection") { talk.server().transport->loseConnection(); }
  talk.wire.settle();
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(talk.story.count("server lost") == 1);
}

TEST_CASE("an empty write makes no system call [LF14]") {
  KernelFaults faults;
  Conversation<Wire> talk;
  talk.begin();
  talk.wire.settle();
  const int before = faults.calls[SystemCall::Send];
  for (int i = 0; i < 10; ++i) {
    talk.server().transport->write("");
    talk.server().transport->write(std::string());
    talk.server().transport->write(SharedBytes());
    talk.server().transport->writeSequence({"", ""});
    talk.wire.serverReactor().iterate();
  }
  CHECK(faults.calls[SystemCall::Send] == before);
}

TEST_CASE("what is written in one callback leaves in one system call [LF11]") {
  KernelFaults faults;
  int before = 0;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    before = faults.calls[SystemCall::Send];
    for (int i = 0; i < 100; ++i) self.transport->write("a few bytes ");
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.wire.until([&] { return talk.client().received.size() == 1200; });
  CHECK(faults.calls[SystemCall::Send] == before + 1);
}

TEST_CASE("steps of the wall clock neither hasten nor delay a call [TM12]") {
  for (const long step : {-86'400L, 86'400L, -30L, 30L, 100'000'000L}) {
    INFO("step " << step);
    KernelFaults faults;
    Reactor reactor;
    bool isEarly = true;
    const TimePoint start = reactor.now();
    reactor.callLater(0s, [&] { faults.wallClockOffset = step; });
    reactor.callLater(20ms, [&] { isEarly = reactor.now() - start < 20ms; });
    reactor.callLater(1h, [] { FAIL_CHECK("an hour has not passed"); });
    reactor.callLater(60ms, [&] { reactor.stop(); });
    runUntilStopped(reactor);
    CHECK(!isEarly);
    CHECK(reactor.now() - start < 10s);
  }
}

}  // namespace
}  // namespace ropewalk::test
