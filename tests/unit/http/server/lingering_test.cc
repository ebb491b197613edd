// How long a connection that has had its last answer is read from.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>

#include "ropewalk/reactor.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

// A connection whose client is refused, and goes on sending.
struct Refused {
  Refused() {
    Router router;
    router.post("/", [](Request&) { return Response::text("never"); });
    served.emplace(std::move(router));
    const std::string answer =
        served->ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99000000\r\n\r\n");
    CHECK(statusOf(answer) == "HTTP/1.1 413 Content Too Large");
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(served->transport.isFinished());
  }

  sim::StringTransport& transport() { return served->transport; }

  void sendFor(Duration time) {
    for (Duration passed{}; passed < time; passed += 1s) {
      transport().deliver(std::string(300'000, 'x'));
      transport().advance(1s);
    }
  }

  std::optional<Served> served;
};

TEST_CASE("a refused upload is read and thrown away for as long as it keeps coming, up to 30 s") {
  Refused refused;
  refused.sendFor(29s);
  CHECK(!refused.transport().isDisconnected());
  SUBCASE("then the connection is closed") {
    refused.sendFor(2s);
    CHECK(refused.transport().isDisconnected());
  }
  SUBCASE("and its end is the end") {
    refused.transport().peerCloses();
    CHECK(refused.transport().isDisconnected());
    CHECK(!refused.transport().isAborted());
  }
}

TEST_CASE("a refused client that sends nothing for 5 s is not waited for any longer") {
  Refused refused;
  refused.sendFor(4s);
  refused.transport().advance(3900ms);
  CHECK(!refused.transport().isDisconnected());
  refused.transport().advance(500ms);
  CHECK(refused.transport().isDisconnected());
}

TEST_CASE("while the server drains, a refused client gets the usual 2 s") {
  SUBCASE("when it was refused before") {
    Refused refused;
    refused.transport().reactor().drain(60s);
    refused.sendFor(3s);
    CHECK(refused.transport().isDisconnected());
  }
  SUBCASE("when it is refused meanwhile") {
    Router router;
    router.post("/", [](Request&) { return Response::text("never"); });
    Served served(std::move(router));
    served.ask("POST / HTTP/1.1\r\n");
    served.transport.reactor().drain(60s);
    served.ask("Host: h\r\nContent-Length: 99000000\r\n\r\n");
    CHECK(served.transport.isFinished());
    served.transport.advance(2500ms);
    CHECK(served.transport.isDisconnected());
  }
}

TEST_CASE("a client that is only idle is not waited for like one that sends") {
  Served served(echoRouter());
  served.get("/");
  served.transport.advance(30s + 500ms);
  CHECK(served.transport.isFinished());
  served.transport.advance(2500ms);
  CHECK(served.transport.isDisconnected());
}

}  // namespace
}  // namespace ropewalk::http::test
