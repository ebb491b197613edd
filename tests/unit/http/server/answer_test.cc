#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "http/wire/date.h"
#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "unit/http/sample_routers.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

constexpr std::string_view kPlain = "Content-Type: text/plain\r\n";

TEST_CASE("a stream goes out in chunks [HR1]") {
  Served served(routerOf(helloWorld));
  CHECK(served.get("/") == answer("200 OK", "Transfer-Encoding: chunked\r\n" + std::string(kPlain),
                                  "5\r\nhello\r\n7\r\n world!\r\n0\r\n\r\n"));
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("an HTTP/1.0 client gets a stream, not in chunks, until the connection closes [HR2]") {
  Served served(routerOf(helloWorld));
  CHECK(served.ask("GET / HTTP/1.0\r\n\r\n") ==
        answer("200 OK", std::string(kPlain) + "Connection: close\r\n", "hello world!"));
  CHECK(served.transport.isFinished());
}

TEST_CASE("nothing that would break out of a header can be set [HR10]") {
  const std::array<std::string, 7> bad = {
      "a\rb", "a\nb", "a\r\nSet-Cookie: x=1", std::string("a\0b", 3), "a\x7f", "\x01", "\r\n"};
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_THROWS_AS(Response().setHeader("X", text), std::invalid_argument);
    CHECK_THROWS_AS(Response().addHeader("X", text), std::invalid_argument);
    CHECK_THROWS_AS(Response().setHeader(text, "x"), std::invalid_argument);
    CHECK_THROWS_AS(Response().addHeader(text, "x"), std::invalid_argument);
    CHECK_THROWS_AS(Response().setStatus(200, text), std::invalid_argument);
    CHECK_THROWS_AS(Response().setETag(text), std::invalid_argument);
    CHECK_THROWS_AS(Response::redirect(text), std::invalid_argument);
    CHECK_THROWS_AS(Response::bytes("", text), std::invalid_argument);
    CHECK_THROWS_AS(Response::stream(text, [](BodyWriter&) { return succeed(); }),
                    std::invalid_argument);
  }
  for (const char* name : {"", "a b", "a:", "a(", "\xc4\x8a"}) {
    CHECK_THROWS_AS(Response().setHeader(name, "x"), std::invalid_argument);
  }
  CHECK_THROWS_AS(Response().setETag("a\"b"), std::invalid_argument);
}

TEST_CASE("what frames the message cannot be set") {
  for (const char* name : {"Content-Length", "content-length", "Transfer-Encoding", "Connection",
                           "Date", "Upgrade", "Trailer", "Keep-Alive"}) {
    CHECK_THROWS_AS(Response().setHeader(name, "1"), std::invalid_argument);
    CHECK_THROWS_AS(Response().addHeader(name, "1"), std::invalid_argument);
  }
  for (const int status : {0, 100, 101, 199, 600, -1}) {
    CHECK_THROWS_AS(Response().setStatus(status), std::invalid_argument);
    CHECK_THROWS_AS(Response{status}, std::invalid_argument);
  }
}

TEST_CASE("a field can be set to a value out of the answer itself") {
  Response response(200);
  response.setHeader("X-A", "one").setHeader("X-B", "two");
  response.setHeader("X-A", *response.header("x-b"));
  CHECK(response.header("X-A") == "two");
  CHECK(!response.header("X"));
  CHECK(Response::text("x").header("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("an answer can end the connection") {
  Served served(routerOf([] { return Response::text("bye").closeConnection(); }));
  CHECK(served.get("/") == textAnswer("bye", "Connection: close\r\n"));
  CHECK(served.transport.isFinished());
}

// A producer of two rows.
struct TwoRows final : Producer {
  explicit TwoRows(std::shared_ptr<BodyWriter> body) : out(std::move(body)) {}
  void pauseProducing() override {}
  void resumeProducing() override {
    out->write("xxx");
    if (--left == 0) written.callback();
  }
  void stopProducing() override {}

  std::shared_ptr<BodyWriter> out;
  Promise<void> written;
  int left = 2;
};

TEST_CASE("what a producer writes goes out in chunks, and its end is the end of the body [HR14]") {
  std::shared_ptr<Producer> rows;
  Router router;
  router.get("/", [&rows](Request&) {
    return Response::stream("text/plain", [&rows](BodyWriter& out) {
      auto two = std::make_shared<TwoRows>(out.handle());
      out.registerProducer(two, Streaming::Pull);
      rows = two;
      return two->written.deferred();
    });
  });
  router.get("/next", [](Request&) { return Response::text("next"); });
  Served served(std::move(router));
  CHECK(served.get("/").ends_with("\r\n\r\n3\r\nxxx\r\n3\r\nxxx\r\n0\r\n\r\n"));
  CHECK(served.get("/next") == textAnswer("next"));
}

}  // namespace
}  // namespace ropewalk::http::test
