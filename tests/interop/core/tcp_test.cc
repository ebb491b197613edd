// Ports and their connections as far as only the real kernel shows them: PT1 to PT3, PT11, PT24,
// PT25. Connectors are in tcp_connecting_test.cc.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

TEST_CASE("the address of a port is of the family of its interface [PT1]") {
  Story story;
  Reactor reactor;
  const auto v4 = reactor.listenTCP(0, scripted(story, "v4"), {"127.0.0.1"});
  CHECK(v4->getHost().family() == Address::Family::IPv4);
  CHECK(v4->getHost().host() == "127.0.0.1");
  const auto v6 = reactor.listenTCP(0, scripted(story, "v6"), {"::1"});
  CHECK(v6->getHost().family() == Address::Family::IPv6);
  CHECK(v6->getHost().host() == "::1");
  CHECK(v6->getHost().port() != 0);
  const auto any = reactor.listenTCP(0, scripted(story, "any"));
  CHECK(any->getHost().family() == Address::Family::IPv4);
  CHECK(any->getHost().host() == "0.0.0.0");
}

TEST_CASE("a port on :: takes IPv4 and IPv6 [PT1]") {
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "server");
  const auto port = reactor.listenTCP(0, factory, {"::"});
  const int number = port->getHost().port();
  const RawSocket v6 = RawSocket::connectedTo(Address::parse("::1", number));
  const RawSocket v4 = RawSocket::connectedTo(Address::parse("127.0.0.1", number));
  turnUntil(reactor, [&] { return factory->built.size() == 2; });
}

TEST_CASE("an IPv4 address written as IPv6 is listened on and connected to [PT1]") {
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "server");
  const auto port = reactor.listenTCP(0, factory, {"::ffff:127.0.0.1"});
  CHECK(port->getHost().host() == "127.0.0.1");
  const auto client = scripted(story, "client");
  reactor.connectTCP("::FFFF:7f00:1", port->getHost().port(), client);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  CHECK(client->built[0]->transport->getPeer() == port->getHost());
  CHECK(factory->built[0]->transport->getPeer().host() == "127.0.0.1");
  factory->built.clear();
  client->built.clear();
}

TEST_CASE("a port that somebody else has throws CannotListenError and leaks nothing [PT2]") {
  Story story;
  Reactor reactor;
  const RawSocket taken = RawSocket::listening();
  const std::size_t before = openDescriptors().size();
  CHECK_THROWS_WITH_AS(reactor.listenTCP(taken.port(), scripted(story, "server"), {"127.0.0.1"}),
                       ("Couldn't listen on 127.0.0.1:" + std::to_string(taken.port()) +
                        ": [Errno 98] Address already in use.")
                           .c_str(),
                       CannotListenError);
  CHECK(openDescriptors().size() == before);
  CHECK(story.text() == "");
}

TEST_CASE("an interface that this machine has not throws CannotListenError [PT2]") {
  Story story;
  Reactor reactor;
  try {
    reactor.listenTCP(0, scripted(story, "server"), {"192.0.2.1"});
    FAIL("listens on an address that is not here");
  } catch (const CannotListenError& error) {
    CHECK(error.code() == std::errc::address_not_available);
    CHECK(std::string(error.interface()) == "192.0.2.1");
  }
  CHECK(story.text() == "");
}

TEST_CASE("a port or an interface that is none throws InvalidAddressError [PT2]") {
  Story story;
  Reactor reactor;
  CHECK_THROWS_AS(reactor.listenTCP(65536, scripted(story, "server")), InvalidAddressError);
  CHECK_THROWS_AS(reactor.listenTCP(-1, scripted(story, "server")), InvalidAddressError);
  CHECK_THROWS_AS(reactor.listenTCP(0, scripted(story, "server"), {"1.2.3"}), InvalidAddressError);
  CHECK_THROWS_AS(reactor.connectTCP("127.0.0.1", 65536, scripted(story, "client")),
                  InvalidAddressError);
  CHECK(story.text() == "");
}

TEST_CASE("after stopListening the socket is closed, and the kernel refuses [PT3]") {
  Story story;
  Reactor reactor;
  const std::size_t before = openDescriptors().size();
  const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
  const Address address = port->getHost();
  CHECK(openDescriptors().size() > before);
  bool isStopped = false;
  port->stopListening().addCallback([&] { isStopped = true; });
  turnUntil(reactor, [&] { return isStopped; });
  CHECK(openDescriptors().size() == before);
  CHECK_THROWS_AS(RawSocket::connectedTo(address), std::system_error);
}

TEST_CASE("a port can be taken again though connections of its predecessor still close [PT3]") {
  Story story;
  int number = 0;
  for (int round = 0; round < 3; ++round) {
    Reactor reactor;
    const auto factory = scripted(story, "server");
    const auto port = reactor.listenTCP(number, factory, {"127.0.0.1"});
    number = port->getHost().port();
    const RawSocket peer = RawSocket::connectedTo(port->getHost());
    turnUntil(reactor, [&] { return factory->built.size() == 1; });
    // Our side closes first: its address lingers in TIME_WAIT.
    factory->built[0]->transport->loseConnection(Linger::No);
    turnUntil(reactor, [&] { return factory->built[0]->isLost; });
  }
}

TEST_CASE("buildProtocol gets an IPv6 peer's address [PT11][PT24]") {
  Story story;
  Reactor reactor;
  const auto serving = scripted(story, "server");
  const auto asking = scripted(story, "client");
  const auto port = reactor.listenTCP(0, serving, {"::1"});
  reactor.connectTCP("::1", port->getHost().port(), asking);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  const Transport& server = *serving->built[0]->transport;
  const Transport& client = *asking->built[0]->transport;
  CHECK(server.getPeer().family() == Address::Family::IPv6);
  CHECK(server.getPeer() == client.getHost());
  CHECK(server.getHost() == client.getPeer());
  CHECK(serving->peers[0] == client.getHost());
}

// "fe80::1%2", or empty if this machine has none.
std::string linkLocalAddress() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return "";
  std::string found;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET6) continue;
    const auto& address = *reinterpret_cast<const sockaddr_in6*>(each->ifa_addr);
    if (!IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) || (each->ifa_flags & IFF_UP) == 0) continue;
    found = Address::fromBytes(Address::Family::IPv6, address.sin6_addr.s6_addr, 0,
                               address.sin6_scope_id)
                .host();
  }
  ::freeifaddrs(list);
  return found;
}

TEST_CASE("addresses of a link-local connection have their scope, in connectionLost too [PT24]") {
  const std::string address = linkLocalAddress();
  if (address.empty()) {
    MESSAGE("skipped: no interface has a link-local address");
    return;
  }
  Story story;
  Reactor reactor;
  Address hostAtTheEnd;
  Address peerAtTheEnd;
  const auto serving = scripted(story, "server", {.lost = [&](Scripted& self, const Failure&) {
                                  hostAtTheEnd = self.transport->getHost();
                                  peerAtTheEnd = self.transport->getPeer();
                                }});
  const auto asking = scripted(story, "client");
  const auto port = reactor.listenTCP(0, serving, {address});
  CHECK(port->getHost().scopeId() != 0);
  reactor.connectTCP(address, port->getHost().port(), asking);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  const Address client = asking->built[0]->transport->getHost();
  CHECK(client.scopeId() == port->getHost().scopeId());
  CHECK(serving->built[0]->transport->getPeer() == client);
  asking->built[0]->transport->abortConnection();
  turnUntil(reactor, [&] { return story.has("server lost") && story.has("client lost"); });
  CHECK(hostAtTheEnd == port->getHost());
  CHECK(peerAtTheEnd == client);
}

TEST_CASE("an address asked for first in connectionLost is right [PT24]") {
  Story story;
  Reactor reactor;
  std::string atTheEnd;
  const auto factory = scripted(story, "server", {.lost = [&](Scripted& self, const Failure&) {
                                  atTheEnd = self.transport->getHost().text();
                                }});
  const auto port = reactor.listenTCP(0, factory);  // any: the socket's own address differs
  RawSocket peer = RawSocket::connectedTo(Address::parse("127.0.0.1", port->getHost().port()));
  turnUntil(reactor, [&] { return story.has("server made"); });
  peer.reset();
  turnUntil(reactor, [&] { return story.has("server lost"); });
  CHECK(atTheEnd == "127.0.0.1:" + std::to_string(port->getHost().port()));
}

TEST_CASE("options of a connection are on by default, settable, and read back [PT25]") {
  Story story;
  Reactor reactor;
  bool wasNoDelay = false;
  bool wasKeptAlive = false;
  Script script;
  script.made = [&](Scripted& self) {
    wasNoDelay = self.transport->getTcpNoDelay();
    wasKeptAlive = self.transport->getTcpKeepAlive();
  };
  const auto serving = scripted(story, "server", script);
  const auto asking = scripted(story, "client");
  const auto port = reactor.listenTCP(0, serving, {"127.0.0.1"});
  reactor.connectTCP("127.0.0.1", port->getHost().port(), asking);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  CHECK(wasNoDelay);
  CHECK(wasKeptAlive);

  Transport& server = *serving->built[0]->transport;
  Transport& client = *asking->built[0]->transport;
  const int serverSocket = socketTo(client.getHost().port());
  const int clientSocket = socketTo(server.getHost().port());
  REQUIRE(serverSocket >= 0);
  REQUIRE(clientSocket >= 0);
  for (const int socket : {serverSocket, clientSocket}) {
    CHECK(socketOption(socket, IPPROTO_TCP, TCP_NODELAY) == 1);
    CHECK(socketOption(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(socketOption(socket, IPPROTO_TCP, TCP_KEEPIDLE) == 60);
    CHECK(socketOption(socket, IPPROTO_TCP, TCP_KEEPINTVL) == 10);
    CHECK(socketOption(socket, IPPROTO_TCP, TCP_KEEPCNT) == 6);
    CHECK((::fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(socket, F_GETFL) & O_NONBLOCK) != 0);
  }
  for (const bool on : {false, true, false}) {
    server.setTcpNoDelay(on);
    server.setTcpKeepAlive(on);
    CHECK(server.getTcpNoDelay() == on);
    CHECK(server.getTcpKeepAlive() == on);
    CHECK(socketOption(serverSocket, IPPROTO_TCP, TCP_NODELAY) == (on ? 1 : 0));
    CHECK(socketOption(serverSocket, SOL_SOCKET, SO_KEEPALIVE) == (on ? 1 : 0));
  }
  // After the end it is harmless.
  server.abortConnection();
  turnUntil(reactor, [&] { return story.has("server lost"); });
  server.setTcpNoDelay(true);
  server.setTcpKeepAlive(true);
}

TEST_CASE("options set in connectionMade, or asked for with the port, hold [PT25]") {
  Story story;
  Reactor reactor;
  ListenOptions listening("127.0.0.1");
  ConnectOptions connecting;
  Script script;
  SUBCASE("in connectionMade") {
    script.made = [](Scripted& self) {
      self.transport->setTcpNoDelay(false);
      self.transport->setTcpKeepAlive(false);
    };
  }
  SUBCASE("in the options") {
    listening.tcpNoDelay = connecting.tcpNoDelay = false;
    listening.tcpKeepAlive = connecting.tcpKeepAlive = false;
  }
  const auto serving = scripted(story, "server", script);
  const auto asking = scripted(story, "client", script);
  const auto port = reactor.listenTCP(0, serving, listening);
  reactor.connectTCP("127.0.0.1", port->getHost().port(), asking, connecting);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  for (const Scripted* each : {serving->built[0].get(), asking->built[0].get()}) {
    CHECK(!each->transport->getTcpNoDelay());
    CHECK(!each->transport->getTcpKeepAlive());
    const int socket = socketTo(each->transport->getPeer().port());
    CHECK(socketOption(socket, IPPROTO_TCP, TCP_NODELAY) == 0);
    CHECK(socketOption(socket, SOL_SOCKET, SO_KEEPALIVE) == 0);
  }
}

TEST_CASE("the kernel is as patient as keep-alive with a silent peer, or as the limits say") {
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "server");
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("server made"); });
  const int socket = socketTo(peer.port());
  const auto patience = [&] { return socketOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT); };
  CHECK(patience() == 120'000);
  ConnectionLimits limits;
  limits.writeStall = 10min;
  factory->built.at(0)->transport->setLimits(limits);
  CHECK(patience() == 600'000);
  limits.writeStall = Duration::max();
  factory->built.at(0)->transport->setLimits(limits);
  CHECK(patience() == std::numeric_limits<int>::max());
}

TEST_CASE("no more connections are accepted than maxConnections; the rest wait their turn") {
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "server");
  ListenOptions options("127.0.0.1");
  options.maxConnections = 2;
  const auto port = reactor.listenTCP(0, factory, options);
  std::vector<RawSocket> peers;
  for (int i = 0; i < 5; ++i) peers.push_back(RawSocket::connectedTo(port->getHost()));
  turnUntil(reactor, [&] { return factory->built.size() == 2; });
  for (int turn = 0; turn < 5; ++turn) reactor.iterate();
  CHECK(factory->built.size() == 2);
  CHECK(reactor.statistics().open == 2);
  for (std::size_t i = 0; i < 3; ++i) {
    peers[i].close();
    turnUntil(reactor, [&] { return factory->built.size() == 3 + i; });
  }
  CHECK(reactor.statistics().accepted == 5);
}

}  // namespace
}  // namespace ropewalk::test
