// A server that is asked to stop answers what has arrived.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::RawSocket;

TEST_CASE("SIGTERM while a handler blocks loses no request that arrived meanwhile [RC13]") {
  constexpr int kLate = 50;
  Reactor reactor;
  std::vector<RawSocket> late;
  Address server;
  const auto post = [](std::string_view body) {
    return "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
  };
  Router router;
  router.post("/echo",
              [](Request& request) { return Response::text(std::string(request.body())); });
  router.get("/slow", [&](Request&) {
    // More than are accepted in one turn.
    for (int i = 0; i < kLate; ++i) {
      late.push_back(RawSocket::connectedTo(server));
      late.back().send(post("late"));
    }
    ::kill(::getpid(), SIGTERM);
    return Response::text("slow");
  });
  ListenOptions options("127.0.0.1");
  options.limits.linger = 100ms;  // these clients do not close
  const auto port = reactor.listenTCP(0, Site::create(std::move(router)), options);
  server = port->getHost();
  RawSocket kept = RawSocket::connectedTo(server);
  kept.send(post("kept"));
  RawSocket slow = RawSocket::connectedTo(server);
  reactor.callWhenRunning([&] {
    reactor.callLater(100ms, [&] {
      slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
      kept.send(post("again"));
    });
  });
  reactor.callLater(20s, [&] { reactor.crash(); });
  reactor.run();

  CHECK(slow.receiveAll().ends_with("\r\n\r\nslow"));
  CHECK(kept.receiveAll().ends_with("\r\n\r\nagain"));
  for (RawSocket& each : late) {
    const std::string answer = each.receiveAll();
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nlate"));
  }
}

TEST_CASE("a stream without an end hears of the drain, which then need not wait for it") {
  Reactor reactor;
  Router router;
  router.get("/events", [](Request& request) {
    return Response::stream("text/event-stream", [&request](BodyWriter& out) -> Deferred<void> {
      out.write("data: first\n\n");
      co_await request.notifyDrain();
      out.write("data: goodbye\n\n");
    });
  });
  const auto port = reactor.listenTCP(0, Site::create(std::move(router)), {"127.0.0.1"});
  RawSocket client = RawSocket::connectedTo(port->getHost());
  client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  reactor.callLater(100ms, [&] { reactor.drain(); });
  std::string got;
  std::thread reading([&] { got = client.receiveAll(), client.close(); });
  const TimePoint before = reactor.now();
  reactor.run(false);
  reading.join();
  CHECK(reactor.now() - before < 5s);
  CHECK(got.ends_with("data: goodbye\n\n\r\n0\r\n\r\n"));
}

TEST_CASE("an HTTP/1.0 stream that a stop cuts off ends in a reset, not in a clean end") {
  Reactor reactor;
  Router router;
  router.get("/", [&reactor](Request&) {
    return Response::stream("text/plain", [&reactor](BodyWriter& out) -> Deferred<void> {
      for (int i = 0; i < 100; ++i) {
        out.write("line\n");
        co_await sleep(20ms, reactor);
      }
    });
  });
  const auto port = reactor.listenTCP(0, Site::create(std::move(router)), {"127.0.0.1"});
  RawSocket client = RawSocket::connectedTo(port->getHost());
  client.send("GET / HTTP/1.0\r\n\r\n");
  reactor.callLater(300ms, [&] { reactor.stop(); });
  reactor.run(false);
  CHECK(client.endsWith() == ECONNRESET);
}

}  // namespace
}  // namespace ropewalk::http::test
