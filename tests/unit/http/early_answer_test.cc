// Answers that begin before the body of their request has come.

#include <doctest/doctest.h>

#include <string>
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

}  // namespace
}  // namespace ropewalk::http::test
