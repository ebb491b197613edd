// Connectors as far as only the real kernel shows them: PT19 to PT22.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

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

TEST_CASE(
    "a connect that reaches its own socket is refused, and a server can listen there [PT17]") {
  for (const char* const host : {"127.0.0.1", "0.0.0.0", "::1", "127.0.0.77"}) {
    CAPTURE(host);
    Story story;
    Reactor reactor;
    const auto factory = scripted(story, "client");
    const std::string own = host == std::string("0.0.0.0") ? "127.0.0.1" : host;
    const auto port = reactor.listenTCP(0, scripted(story, "server"), {own});
    const int number = port->getHost().port();
    port->stopListening();
    ConnectOptions options;
    options.bindHost = own;
    options.bindPort = number;
    reactor.connectTCP(host, number, factory, options);
    turnUntil(reactor, [&] { return story.has("client stop"); });
    CHECK(factory->reason.check<ConnectionRefusedError>());
    CHECK(!story.has("client made"));
    CHECK(reactor.listenTCP(number, scripted(story, "server"), {own})->getHost().port() == number);
  }
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

}  // namespace
}  // namespace ropewalk::test
