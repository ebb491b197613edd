// Ports and connectors as far as only the real kernel shows them: PT1, PT2, PT11, PT20 to PT22,
// PT24, PT25.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
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

// A port at which a connect neither succeeds nor fails: its backlog is full and nobody accepts.
class Silence {
 public:
  Silence() {
    for (int i = 0; i < 8; ++i) {
      waiting_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(listener_.port());
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      ::connect(waiting_.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    for (const int fd : waiting_) ::close(fd);
  }

  int port() const { return listener_.port(); }

 private:
  RawSocket listener_ = RawSocket::listening(0);
  std::vector<int> waiting_;
};

TEST_CASE("a connect that gets no answer fails with TimeoutError in time [PT21]") {
  const Silence silence;
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "client");
  const std::size_t before = openDescriptors().size();
  const TimePoint start = reactor.now();
  reactor.connectTCP("127.0.0.1", silence.port(), factory, ConnectOptions(50ms));
  turnUntil(reactor, [&] { return story.has("client stop"); });
  CHECK(reactor.now() - start >= 50ms);
  CHECK(reactor.now() - start < 5s);
  CHECK(factory->reason.check<TimeoutError>());
  CHECK(story.text() == "client start, client connecting, client connect failed, client stop");
  CHECK(openDescriptors().size() == before);
  CHECK(reactor.getDelayedCalls().empty());
}

TEST_CASE("a connect that succeeds is not timed out afterwards [PT21]") {
  Story story;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
  const auto factory = scripted(story, "client");
  reactor.connectTCP("127.0.0.1", port->getHost().port(), factory, ConnectOptions(20ms));
  turnUntil(reactor, [&] { return story.has("client made"); });
  bool isLater = false;
  reactor.callLater(60ms, [&] { isLater = true; });
  turnUntil(reactor, [&] { return isLater; });
  CHECK(!factory->built[0]->isLost);
  CHECK(!story.has("client connect failed"));
}

TEST_CASE("stopConnecting ends an attempt that gets no answer, at once, and leaks nothing [PT20]") {
  const Silence silence;
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "client");
  const std::size_t before = openDescriptors().size();
  const auto connector = reactor.connectTCP("127.0.0.1", silence.port(), factory);
  for (int turn = 0; turn < 3; ++turn) reactor.iterate();
  CHECK(connector->state() == Connector::State::Connecting);
  SUBCASE("stopConnecting") { connector->stopConnecting(); }
  SUBCASE("disconnect") { connector->disconnect(); }
  CHECK(story.text() == "client start, client connecting, client connect failed, client stop");
  CHECK(factory->reason.check<UserError>());
  CHECK(!factory->reason.check<TimeoutError>());
  CHECK(connector->state() == Connector::State::Disconnected);
  for (int turn = 0; turn < 3; ++turn) reactor.iterate();
  CHECK(openDescriptors().size() == before);
  CHECK_THROWS_AS(connector->stopConnecting(), NotConnectingError);
}

TEST_CASE("connect in clientConnectionFailed of a stopped attempt tries again [PT19][PT20]") {
  const Silence silence;
  Story story;
  Reactor reactor;
  const auto factory = scripted(story, "client");
  int failures = 0;
  factory->onFailed = [&](Connector& connector, const Failure&) {
    if (++failures == 1) connector.connect();
  };
  const auto connector = reactor.connectTCP("127.0.0.1", silence.port(), factory);
  connector->stopConnecting();
  CHECK(connector->state() == Connector::State::Connecting);
  connector->stopConnecting();
  CHECK(story.count("client connecting") == 2);
  CHECK(story.count("client start") == 1);
  CHECK(story.count("client stop") == 1);
}

TEST_CASE("a connect goes out from the address and port asked for [PT22]") {
  Story story;
  Reactor reactor;
  const auto serving = scripted(story, "server");
  const auto port = reactor.listenTCP(0, serving, {"127.0.0.1"});
  ConnectOptions options;
  options.bindHost = "127.0.0.2";
  const RawSocket free = RawSocket::listening();
  SUBCASE("any port") {}
  SUBCASE("a certain port") { options.bindPort = free.port(); }
  reactor.connectTCP("127.0.0.1", port->getHost().port(), scripted(story, "client"), options);
  turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
  CHECK(serving->peers[0].host() == "127.0.0.2");
  if (options.bindPort != 0) CHECK(serving->peers[0].port() == options.bindPort);
}

TEST_CASE("a local address that cannot be had is ConnectBindError through the factory [PT22]") {
  Story story;
  Reactor reactor;
  const RawSocket taken = RawSocket::listening();
  ConnectOptions options;
  SUBCASE("not ours") { options.bindHost = "192.0.2.1"; }
  SUBCASE("taken") {
    options.bindHost = "127.0.0.1";
    options.bindPort = taken.port();
  }
  const auto factory = scripted(story, "client");
  reactor.connectTCP("127.0.0.1", 9, factory, options);
  // Not from inside the call.
  CHECK(!story.has("client connect failed"));
  turnUntil(reactor, [&] { return story.has("client stop"); });
  CHECK(story.text() == "client start, client connecting, client connect failed, client stop");
  CHECK(factory->reason.check<ConnectBindError>());
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
