// An answer that breaks off behind others that are complete.

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "ropewalk/http.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::RawSocket;

constexpr std::size_t kBig = 90'000;

Router breakingOff() {
  Router router;
  router.get("/big", [](Request&) { return Response::text(ropewalk::test::pattern(0, kBig)); });
  router.get("/short", [](Request&) {
    return Response::stream("text/plain", 10, [](BodyWriter& out) -> Deferred<void> {
      out.write("12345");
      co_return;
    });
  });
  router.get("/throws", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      out.write("12345");
      co_await out.drained();
      throw std::runtime_error("no more rows");
    });
  });
  return router;
}

// What a client with a small buffer gets that starts to read late, and the errno it ends with.
std::pair<std::string, int> read(Reactor& reactor, RawSocket& client) {
  std::string got;
  int error = 0;
  bool isDone = false;
  std::thread reading([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    try {
      for (std::string piece; !(piece = client.receive()).empty();) got += piece;
    } catch (const std::system_error& why) {
      error = why.code().value();
    }
    reactor.callFromThread([&] { isDone = true; });
  });
  ropewalk::test::turnUntil(reactor, [&] { return isDone; });
  reading.join();
  return {got, error};
}

TEST_CASE("answers that are complete reach the client before a later one's reset, however cut") {
  const ropewalk::test::QuietLog quiet;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Site::create(breakingOff()), {"127.0.0.1"});
  const std::string whole = ropewalk::test::pattern(0, kBig);
  for (const std::string path : {"/short", "/throws"}) {
    const std::string requests =
        "GET /big HTTP/1.1\r\nHost: h\r\n\r\nGET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    for (const std::size_t cut : {requests.size(), std::size_t{1}, std::size_t{30}}) {
      CAPTURE(path);
      CAPTURE(cut);
      RawSocket client = RawSocket::connectedTo(port->getHost(), 4096);
      for (std::size_t at = 0; at < requests.size(); at += cut) {
        client.send(requests.substr(at, cut));
        if (cut < requests.size()) reactor.iterate();
      }
      const auto [got, error] = read(reactor, client);
      CHECK(got.find("\r\n\r\n" + whole + "HTTP/1.1 200 OK\r\n") != std::string::npos);
      CHECK(got.find("12345") != std::string::npos);
      CHECK(error == ECONNRESET);
    }
  }
}

}  // namespace
}  // namespace ropewalk::http::test
