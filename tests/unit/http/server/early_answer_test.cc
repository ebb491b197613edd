// Answers that begin before the body of their request has come.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/promise.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

const std::string kFiveBytes = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n";

TEST_CASE("a client that finishes in the middle of its body gets the answer, then the end") {
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n";
  for (const std::string& request : {kFiveBytes + "\r\nhell", chunked + "\r\n9\r\nhell"}) {
    CAPTURE(request);
    Promise<void> gate;
    Router router;
    router
        .post("/",
              [&gate](Request&) {
                return Response::stream("text/plain", [&gate](BodyWriter& out) -> Deferred<void> {
                  out.write("thanks");
                  co_await gate.deferred();
                  out.write(", done");
                });
              })
        .streamBody();
    Served served(std::move(router));
    CHECK(served.ask(request).ends_with("\r\n\r\n6\r\nthanks\r\n"));
    served.transport.peerCloses();
    CHECK(!served.transport.isDisconnecting());
    gate.callback();
    CHECK(served.transport.takeWritten() == "6\r\n, done\r\n0\r\n\r\n");
    CHECK(served.transport.isDisconnected());
  }
}

constexpr std::string_view kAsksFirst = "Expect: 100-continue\r\n\r\n";

TEST_CASE("once the head of the answer is out, nobody is told to go on [H1.30]") {
  Router router;
  router
      .post("/",
            [](Request& request) {
              const auto echo = [&request](BodyWriter& out) -> Deferred<void> {
                out.write("before ");
                while (auto part = co_await request.read()) out.write(*part);
              };
              return Response::stream("text/plain", echo);
            })
      .streamBody();
  Served served(std::move(router));
  CHECK(served.ask(kFiveBytes + std::string(kAsksFirst)).ends_with("\r\n\r\n7\r\nbefore \r\n"));
  SUBCASE("and the body is read if it comes") {
    CHECK(served.ask("hello") == "5\r\nhello\r\n0\r\n\r\n");
    CHECK(served.transport.isFinished());
  }
  SUBCASE("and it may not come for ever") {
    served.transport.advance(11s);
    CHECK(served.transport.isAborted());
  }
}

TEST_CASE("a writer may look at its request as long as it writes") {
  Promise<void> gate;
  Router router;
  router.get("/{name}", [&gate](Request& request) {
    return Response::stream("text/plain", [&](BodyWriter& out) -> Deferred<void> {
      const std::string_view agent = request.header("User-Agent");
      co_await gate.deferred();
      out.write(agent);
      out.write(request.target());
    });
  });
  Served served(std::move(router));
  served.get("/x", "User-Agent: somebody\r\n");
  served.ask("GET /" + std::string(2'000, 'x'));  // where the head was received
  gate.callback();
  CHECK(served.transport.takeWritten() == "8\r\nsomebody\r\n2\r\n/x\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace ropewalk::http::test
