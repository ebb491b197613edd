// A web server at its limit of connections. In child processes where it is the limit of the
// process's descriptors.

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/chat.h"
#include "ropewalk/http.h"
#include "ropewalk/http/static_files.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/temporary_folder.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;
using ropewalk::test::ChildProcess;
using ropewalk::test::Line;
using ropewalk::test::RawSocket;
using ropewalk::test::TemporaryFolder;
using ropewalk::test::turnUntil;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

Router hello() {
  Router router;
  router.get("/", [](Request&) { return Response::text("hello"); });
  router.post("/upload", [](Request&) { return Response::text("uploaded"); });
  return router;
}

ListenOptions atMost(std::size_t connections) {
  ListenOptions options("127.0.0.1");
  options.maxConnections = connections;
  return options;
}

// Sends `request` and turns the reactor until an answer has come, which it returns.
std::string answer(Reactor& reactor, RawSocket& client, std::string_view request) {
  client.send(request);
  const std::uint64_t before = reactor.statistics().bytesSent;
  turnUntil(reactor, [&] { return reactor.statistics().bytesSent > before; });
  return client.receive();
}

TEST_CASE("a newcomer is answered at once though all connections of the port are kept alive") {
  const CapturedLog quiet;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(hello()), atMost(20));
  std::vector<RawSocket> asleep;
  for (int i = 0; i < 20; ++i) {
    asleep.push_back(RawSocket::connectedTo(port->getHost()));
    CHECK(answer(reactor, asleep.back(), kGet).ends_with("hello"));
  }
  // The first is in the middle of a request, the second has asked again.
  asleep[0].send("GET / HTTP/1.1\r\nHo");
  CHECK(answer(reactor, asleep[1], kGet).ends_with("hello"));
  std::vector<RawSocket> newcomers;
  const TimePoint before = reactor.now();
  for (int i = 0; i < 3; ++i) {
    newcomers.push_back(RawSocket::connectedTo(port->getHost()));
    CHECK(answer(reactor, newcomers.back(), kGet).ends_with("hello"));
  }
  CHECK(reactor.now() - before < 5s);
  for (const std::size_t i : {2U, 3U, 4U}) CHECK(asleep[i].endsWith() == 0);
  CHECK(answer(reactor, asleep[0], "st: h\r\n\r\n").ends_with("hello"));
  for (const std::size_t i : {1U, 5U, 6U, 19U}) {
    CHECK(answer(reactor, asleep[i], kGet).ends_with("hello"));
  }
}

TEST_CASE("a connection that never asks for anything makes room for one that does") {
  const CapturedLog quiet;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(hello()), atMost(5));
  std::vector<RawSocket> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(RawSocket::connectedTo(port->getHost()));
  turnUntil(reactor, [&] { return reactor.statistics().open == 5; });
  RawSocket newcomer = RawSocket::connectedTo(port->getHost());
  CHECK(answer(reactor, newcomer, kGet).ends_with("hello"));
  CHECK(silent[0].endsWith() == 0);
}

TEST_CASE("a client that goes on sending after it was refused makes room before idle ones") {
  const CapturedLog quiet;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(hello()), atMost(2));
  RawSocket asleep = RawSocket::connectedTo(port->getHost());
  CHECK(answer(reactor, asleep, kGet).ends_with("hello"));
  RawSocket refused = RawSocket::connectedTo(port->getHost());
  CHECK(
      answer(reactor, refused, "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n")
          .starts_with("HTTP/1.1 404"));
  RawSocket newcomer = RawSocket::connectedTo(port->getHost());
  CHECK(answer(reactor, newcomer, kGet).ends_with("hello"));
  CHECK(reactor.statistics().open == 2);
  CHECK(answer(reactor, asleep, kGet).ends_with("hello"));
}

TEST_CASE("in chat a connection without a name makes room, and a member never does") {
  const CapturedLog quiet;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, chat::Room::create(), atMost(2));
  RawSocket nameless = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return reactor.statistics().open == 1; });
  RawSocket ada = RawSocket::connectedTo(port->getHost());
  answer(reactor, ada, "ada\n");
  turnUntil(reactor, [&] { return reactor.statistics().open == 2; });
  RawSocket bob = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return reactor.statistics().accepted == 3; });
  answer(reactor, bob, "bob\n");
  CHECK(nameless.endsWith() == 0);
  RawSocket late = RawSocket::connectedTo(port->getHost());
  for (int i = 0; i < 20; ++i) reactor.iterate(10ms);
  CHECK(reactor.statistics().accepted == 3);
  CHECK(reactor.statistics().open == 2);
}

void limitDescriptors(rlim_t most) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = most;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Serves `site` with `most` descriptors until the parent has gone; says when the log does that the
// limit is reached.
int serveWithDescriptors(Line& line, rlim_t most, Router site) {
  limitDescriptors(most);
  const CapturedLog log;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(std::move(site)), {"127.0.0.1"});
  line.say(std::to_string(port->getHost().port()));
  const std::string limit = "limit of connections (RLIMIT_NOFILE, " + std::to_string(most) + ")";
  while (!log.has(limit)) reactor.iterate(20ms);
  line.say("full");
  while (line.isOpen()) reactor.iterate(20ms);
  return 0;
}

TEST_CASE("idle connections make room when the descriptors of the process are used up") {
  ChildProcess child([](Line& line) { return serveWithDescriptors(line, 80, hello()); });
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  std::vector<RawSocket> crowd;
  for (int i = 0; i < 100; ++i) {
    crowd.push_back(RawSocket::connectedTo(address));
    crowd.back().send(kGet);
    CHECK(crowd.back().receive().ends_with("hello"));
  }
  CHECK(crowd.front().endsWith() == 0);
  CHECK(child.line.hear() == "full");
  child.line.close();
  CHECK(child.wait() == 0);
}

TEST_CASE("files that are being sent count: newcomers wait instead of being told 503") {
  const TemporaryFolder folder;
  std::ofstream(folder.path("large")) << std::string(8'000'000, 'x');
  ChildProcess child([&](Line& line) {
    Router site;
    site.mount("/", StaticFiles(folder.path("")));
    return serveWithDescriptors(line, 512, std::move(site));
  });
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  std::vector<RawSocket> stalled;
  for (int i = 0; i < 600; ++i) {
    stalled.push_back(RawSocket::connectedTo(address, 4096));
    stalled.back().send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  }
  CHECK(child.line.hear() == "full");
  // Each gets its turn once the ones before it have taken theirs.
  for (RawSocket& each : stalled) {
    CHECK(each.receiveExactly(15) == "HTTP/1.1 200 OK");
    each.close();
  }
  child.line.close();
  CHECK(child.wait() == 0);
}

// Serves `site`; once there is a connection no descriptor is left.
int serveWithoutDescriptors(Line& line, Router site) {
  const CapturedLog log;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(std::move(site)), {"127.0.0.1"});
  line.say(std::to_string(port->getHost().port()));
  while (reactor.statistics().open == 0) reactor.iterate(20ms);
  const int next = ::dup(STDERR_FILENO);
  ::close(next);
  limitDescriptors(static_cast<rlim_t>(next));
  line.say("none is left");
  while (line.isOpen()) reactor.iterate(20ms);
  return 0;
}

TEST_CASE("a file that no descriptor is left to open is answered with 503 and Retry-After [SF11]") {
  const TemporaryFolder folder;
  std::ofstream(folder.path("small")) << "small";
  ChildProcess child([&](Line& line) {
    Router site;
    site.mount("/", StaticFiles(folder.path("")));
    return serveWithoutDescriptors(line, std::move(site));
  });
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  RawSocket client = RawSocket::connectedTo(address);
  CHECK(child.line.hear() == "none is left");
  client.send("GET /small HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = client.receive();
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("\r\nRetry-After: ") != std::string::npos);
  child.line.close();
  CHECK(child.wait() == 0);
}

// As many connections as it takes before the limit is reached, and more once that was raised.
int serveUnderRisingLimit(Line& line) {
  limitDescriptors(80);
  const CapturedLog log;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Protocol>(), {"127.0.0.1"});
  line.say(std::to_string(port->getHost().port()));
  line.hear();
  for (int i = 0; i < 20; ++i) reactor.iterate(20ms);
  line.say(std::to_string(reactor.statistics().open));
  limitDescriptors(400);
  for (int i = 0; i < 20; ++i) reactor.iterate(20ms);
  line.say(std::to_string(reactor.statistics().open));
  return 0;
}

TEST_CASE("a limit of descriptors that is raised while the reactor runs holds from then on") {
  ChildProcess child(serveUnderRisingLimit);
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  std::vector<RawSocket> crowd;
  for (int i = 0; i < 100; ++i) crowd.push_back(RawSocket::connectedTo(address));
  child.line.say("all here");
  CHECK(std::stoi(child.line.hear()) <= 80 - 32);
  CHECK(std::stoi(child.line.hear()) == 100);
  CHECK(child.wait() == 0);
}

}  // namespace
}  // namespace ropewalk::http::test
