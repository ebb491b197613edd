// Sockets that somebody else has opened, and sockets that share a port.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/echo.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

std::shared_ptr<Factory> echo() { return Factory::forProtocol<echo::Echo>(); }

void exchange(Reactor& reactor, RawSocket& peer) {
  const std::uint64_t before = reactor.statistics().bytesSent;
  peer.send("hello");
  turnUntil(reactor, [&] { return reactor.statistics().bytesSent == before + 5; });
  CHECK(peer.receiveExactly(5) == "hello");
}

TEST_CASE("a socket that listens already is adopted, and stays its owner's") {
  RawSocket theirs = RawSocket::listening();
  const Address address = Address::parse("127.0.0.1", theirs.port());
  Reactor reactor;
  const auto port = reactor.adoptStreamPort(theirs.fd(), echo());
  CHECK(port->getHost() == address);
  RawSocket peer = RawSocket::connectedTo(address);
  exchange(reactor, peer);
  port->stopListening();
  reactor.iterate();
  // It still listens in its owner's hands.
  const RawSocket another = RawSocket::connectedTo(address);
  CHECK(theirs.accept().fd() >= 0);
}

TEST_CASE("an adopted port goes on when its owner closes the descriptor") {
  Reactor reactor;
  std::shared_ptr<ListeningPort> port;
  {
    const RawSocket theirs = RawSocket::listening();
    port = reactor.adoptStreamPort(theirs.fd(), echo());
  }
  RawSocket peer = RawSocket::connectedTo(port->getHost());
  exchange(reactor, peer);
}

TEST_CASE("a connection is adopted, and gets its protocol from the event loop [PT10] [PT11]") {
  const RawSocket listening = RawSocket::listening();
  RawSocket peer = RawSocket::connectedTo(Address::parse("127.0.0.1", listening.port()));
  RawSocket theirs = RawSocket(::accept(listening.fd(), nullptr, nullptr));
  Story story;
  const auto factory =
      scripted(story, "adopted",
               {.data = [](Scripted& self, std::string_view) { self.transport->write("hello"); }});
  Reactor reactor;
  reactor.adoptStreamConnection(theirs.fd(), factory);
  theirs.close();
  CHECK(story.text() == "");
  turnUntil(reactor, [&] { return story.has("adopted made"); });
  CHECK(factory->peers.at(0).port() == peer.port());
  CHECK(factory->built.at(0)->factory == factory);
  exchange(reactor, peer);
  peer.close();
  turnUntil(reactor, [&] { return story.has("adopted lost"); });
}

TEST_CASE("what is no such socket is not adopted, and nothing is left open") {
  const RawSocket listening = RawSocket::listening();
  const RawSocket connected = RawSocket::connectedTo(Address::parse("127.0.0.1", listening.port()));
  const RawSocket datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  int local[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, local) == 0);
  const RawSocket one(local[0]), other(local[1]);
  Reactor reactor;
  const auto open = openDescriptors().size();
  for (const int fd : {connected.fd(), datagrams.fd(), one.fd(), 999}) {
    CAPTURE(fd);
    CHECK_THROWS_AS(reactor.adoptStreamPort(fd, echo()), CannotListenError);
  }
  for (const int fd : {listening.fd(), datagrams.fd(), one.fd(), 999}) {
    CAPTURE(fd);
    CHECK_THROWS_AS(reactor.adoptStreamConnection(fd, echo()), Error);
  }
  CHECK_THROWS_WITH(reactor.adoptStreamConnection(999, echo()),
                    "adoptStreamConnection: descriptor 999: Bad file descriptor");
  CHECK_THROWS_WITH(reactor.adoptStreamPort(999, echo()),
                    "Couldn't listen on descriptor 999: [Errno 9] Bad file descriptor.");
  CHECK(openDescriptors().size() == open);
}

TEST_CASE("with reusePort several ports listen on one address, and share what comes") {
  Story story;
  Reactor reactor;
  ListenOptions options("127.0.0.1");
  options.reusePort = true;
  const auto first = reactor.listenTCP(0, scripted(story, "first"), options);
  const int number = first->getHost().port();
  const auto second = reactor.listenTCP(number, scripted(story, "second"), options);
  std::vector<RawSocket> peers;
  for (int i = 0; i < 40; ++i) peers.push_back(RawSocket::connectedTo(first->getHost()));
  turnUntil(reactor, [&] { return reactor.statistics().accepted == 40; });
  CHECK(story.has("first made"));
  CHECK(story.has("second made"));
  options.reusePort = false;
  CHECK_THROWS_AS(reactor.listenTCP(number, echo(), options), CannotListenError);
}

TEST_CASE("the options of a connection are on for adopted ones, too [PT25]") {
  const RawSocket theirs = RawSocket::listening();
  Story story;
  Reactor reactor;
  const auto accepted = scripted(story, "accepted");
  const auto given = scripted(story, "given");
  ListenOptions options;
  SUBCASE("as they are") {}
  SUBCASE("as asked for") { options.tcpNoDelay = options.tcpKeepAlive = false; }
  const auto port = reactor.adoptStreamPort(theirs.fd(), accepted, options);
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("accepted made"); });
  CHECK(accepted->built.at(0)->transport->getTcpNoDelay() == options.tcpNoDelay);
  CHECK(accepted->built.at(0)->transport->getTcpKeepAlive() == options.tcpKeepAlive);

  const RawSocket listening = RawSocket::listening();
  const RawSocket other = RawSocket::connectedTo(Address::parse("127.0.0.1", listening.port()));
  const RawSocket connected(::accept(listening.fd(), nullptr, nullptr));
  reactor.adoptStreamConnection(connected.fd(), given);
  turnUntil(reactor, [&] { return story.has("given made"); });
  CHECK(given->built.at(0)->transport->getTcpNoDelay());
  CHECK(given->built.at(0)->transport->getTcpKeepAlive());
}

TEST_CASE("a turn that takes too long is reported with the connection that took it") {
  const CapturedLog log;
  Story story;
  bool isLastSlow = false;
  Reactor reactor;
  const auto busy = [&] {
    const TimePoint until = reactor.now() + 30ms;
    while (reactor.now() < until) {
    }
  };
  const auto factory = scripted(story, "slow",
                                {.data = [&](Scripted&, std::string_view) { busy(); },
                                 .lost =
                                     [&](Scripted&, const Failure&) {
                                       if (isLastSlow) busy();
                                     }});
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("slow made"); });
  SUBCASE("if it is watched") {
    reactor.setSlowTurnLimit(20ms);
    peer.send("x");
    turnUntil(reactor, [&] { return story.has("slow data"); });
    reactor.iterate();
    CHECK(log.has("a turn of "));
    CHECK(log.has(" ms in slow,0,127.0.0.1"));
    CHECK(reactor.statistics().slowTurns == 1);
    CHECK(reactor.statistics().longestTurn >= 30ms);
  }
  SUBCASE("also when it was the last that it heard") {
    reactor.setSlowTurnLimit(20ms);
    isLastSlow = true;
    peer.close();
    turnUntil(reactor, [&] { return reactor.statistics().slowTurns == 1; });
    CHECK(log.has(" ms in slow,0,127.0.0.1"));
  }
  SUBCASE("and not if it is short enough") {
    reactor.setSlowTurnLimit(1h);
    peer.send("x");
    turnUntil(reactor, [&] { return story.has("slow data"); });
    reactor.iterate();
    CHECK(!log.has("a turn of "));
    CHECK(reactor.statistics().slowTurns == 0);
    CHECK(reactor.statistics().longestTurn >= 30ms);
  }
  SUBCASE("and not unless it is watched") {
    peer.send("x");
    turnUntil(reactor, [&] { return story.has("slow data"); });
    reactor.iterate();
    CHECK(!log.has("a turn of "));
    CHECK(reactor.statistics().longestTurn == 0s);
  }
}

TEST_CASE("a slow timed call and a slow call from a thread are reported as such") {
  const CapturedLog log;
  Reactor reactor;
  reactor.setSlowTurnLimit(20ms);
  const auto busy = [&] {
    const TimePoint until = reactor.now() + 30ms;
    while (reactor.now() < until) {
    }
    reactor.stop();
  };
  SUBCASE("timed") {
    reactor.callLater(0s, busy);
    runUntilStopped(reactor);
    CHECK(log.has(" ms in timed calls"));
  }
  SUBCASE("from a thread") {
    reactor.callFromThread(busy);
    runUntilStopped(reactor);
    CHECK(log.has(" ms in calls from other threads"));
  }
}

}  // namespace
}  // namespace ropewalk::test
