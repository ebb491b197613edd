#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "http/wire/date.h"
#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

constexpr std::string_view kPlain = "Content-Type: text/plain\r\n";

// A site with one route, GET /, that answers with what `make` makes.
template <typename Make>
Router routerOf(Make make) {
  Router router;
  router.get("/", [make](Request&) -> Response { return make(); });
  return router;
}

Response helloWorld() {
  return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
    out.write("hello");
    co_await out.drained();
    out.write(" world!");
  });
}

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

TEST_CASE("a stream with a length goes out as it is [HR3]") {
  Served served(routerOf([] {
    return Response::stream("text/plain", 5, [](BodyWriter& out) -> Deferred<void> {
      out.write("hel");
      out.write("");
      co_await out.drained();
      out.write("lo");
    });
  }));
  CHECK(served.get("/") ==
        answer("200 OK", "Content-Length: 5\r\n" + std::string(kPlain), "hello"));
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("a stream that is shorter than it promised breaks off") {
  const CapturedLog log;
  Served served(routerOf([] {
    return Response::stream("text/plain", 5, [](BodyWriter& out) {
      out.write("hell");
      return succeed();
    });
  }));
  served.get("/");
  CHECK(served.transport.isAborted());
  CHECK(log.has("GET /", "less than the length promised"));
}

TEST_CASE("a stream cannot be longer than it promised") {
  const CapturedLog log;
  Served served(routerOf([] {
    return Response::stream("text/plain", 5, [](BodyWriter& out) {
      out.write("hello");
      out.write("!");
      return succeed();
    });
  }));
  CHECK(served.get("/").find('!') == std::string::npos);
  CHECK(log.has("more than the length that was promised"));
}

TEST_CASE("a stream whose writer throws breaks off, so that the part is not taken for the whole") {
  const CapturedLog log;
  Served served(routerOf([] {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      out.write("hello");
      throw std::runtime_error("oops");
    });
  }));
  const std::string answer = served.get("/");
  CHECK(answer.find("\r\n0\r\n") == std::string::npos);
  CHECK(served.transport.isAborted());
  CHECK(log.has("oops"));
}

TEST_CASE("a writer is cancelled when its client goes away") {
  bool cancelled = false;
  Promise<void> gate;
  Router router;
  router.get("/", [&](Request&) {
    return Response::stream("text/plain", [&](BodyWriter& out) -> Deferred<void> {
      try {
        co_await gate.deferred();
      } catch (const CancelledError&) {
        cancelled = true;
      }
      CHECK(!out.isConnected());
      out.write("nobody is there");
    });
  });
  Served served(std::move(router));
  served.get("/");
  served.transport.peerResets();
  CHECK(cancelled);
}

TEST_CASE("a writer may read the request's body while it writes") {
  Router router;
  router
      .post("/",
            [](Request& request) {
              return Response::stream("text/plain", [&request](BodyWriter& out) -> Deferred<void> {
                while (auto part = co_await request.read()) out.write(*part);
              });
            })
      .streamBody();
  Served served(std::move(router));
  std::string answers = served.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  answers += served.ask("hel");
  answers += served.ask("lo");
  CHECK(answers == answer("200 OK", "Transfer-Encoding: chunked\r\n" + std::string(kPlain),
                          "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
}

TEST_CASE("HEAD gets the head that GET gets, and nothing else [HR3] [WS4]") {
  for (const bool streamed : {false, true}) {
    Served served(
        routerOf([streamed] { return streamed ? helloWorld() : Response::text("hello"); }));
    const std::string whole = served.get("/");
    const std::string head = served.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(head == whole.substr(0, whole.find("\r\n\r\n") + 4));
    CHECK(served.get("/") == whole);
  }
}

TEST_CASE("204 and 304 have no body, whatever the handler says [HR3]") {
  for (const int status : {204, 304}) {
    Served served(routerOf([status] { return Response::text("zzz").setStatus(status); }));
    const std::string answer = served.get("/");
    CHECK(answer.ends_with("\r\n\r\n"));
    CHECK(answer.find("Content-Length") == std::string::npos);
  }
  Served served(routerOf([] { return Response(204); }));
  CHECK(served.get("/") == answer("204 No Content", "", ""));
}

TEST_CASE("205 has no body, and says so, whatever the handler says") {
  for (Response (*make)() :
       {+[] { return Response::text("zzz"); }, +[] { return helloWorld(); },
        +[] { return Response(); }, +[] { return Response::text(std::string(100'000, 'z')); }}) {
    Served served(routerOf([make] { return make().setStatus(205); }));
    for (const char* method : {"GET", "HEAD"}) {
      const std::string answer = served.ask(method + std::string(" / HTTP/1.1\r\nHost: h\r\n\r\n"));
      CHECK(statusOf(answer) == "HTTP/1.1 205 Reset Content");
      CHECK(answer.find("Content-Length: 0\r\n") != std::string::npos);
      CHECK(answer.find("Transfer-Encoding") == std::string::npos);
      CHECK(answer.ends_with("\r\n\r\n"));
    }
  }
}

TEST_CASE("an empty answer says that it is empty, with a date and without a type [WS9]") {
  Served served(routerOf([] { return Response(200); }));
  CHECK(served.get("/") == answer("200 OK", "Content-Length: 0\r\n", ""));
}

TEST_CASE("a body of any size comes out whole, owned and shared") {
  for (const std::size_t size : {0U, 1U, 2'048U, 2'049U, 20'000U, 300'000U}) {
    CAPTURE(size);
    const std::string body(size, 'x');
    Served owned(routerOf([&] { return Response::bytes(body); }));
    Served shared(routerOf([&] { return Response::bytes(SharedBytes(body)); }));
    const std::string expected = answer("200 OK",
                                        "Content-Length: " + std::to_string(size) +
                                            "\r\nContent-Type: application/octet-stream\r\n",
                                        body);
    CHECK(owned.get("/") == expected);
    CHECK(shared.get("/") == expected);
  }
}

TEST_CASE("status, reason and fields go out as they were set [HR16]") {
  Served served(routerOf([] {
    return Response::text("x")
        .setStatus(299, "Fine by me")
        .setHeader("X-A", "1")
        .addHeader("X-A", "2")
        .setHeader("content-type", "text/x")
        .setHeader("X-B", "3")
        .setHeader("x-b", "4");
  }));
  CHECK(served.get("/") ==
        answer("299 Fine by me",
               "Content-Length: 1\r\nX-A: 1\r\nX-A: 2\r\ncontent-type: text/x\r\nx-b: 4\r\n", "x"));
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

TEST_CASE("a redirect escapes its location in the page [WS13]") {
  Served served(routerOf([] { return Response::redirect("/a?b=1&c=<2>"); }));
  const std::string answer = served.get("/");
  CHECK(statusOf(answer) == "HTTP/1.1 302 Found");
  CHECK(answer.find("Location: /a?b=1&c=<2>\r\n") != std::string::npos);
  CHECK(answer.find("href=\"/a?b=1&amp;c=&lt;2&gt;\"") != std::string::npos);
}

TEST_CASE("an answer can end the connection") {
  Served served(routerOf([] { return Response::text("bye").closeConnection(); }));
  CHECK(served.get("/") == textAnswer("bye", "Connection: close\r\n"));
  CHECK(served.transport.isFinished());
}

TEST_CASE("several coroutines may wait in drained() of one body") {
  const auto wait = [](BodyWriter& out) -> Deferred<void> { co_await out.drained(); };
  Router router;
  router.get("/", [&](Request&) {
    return Response::stream("text/plain", [&](BodyWriter& out) -> Deferred<void> {
      out.write(std::string(100'000, 'x'));
      Deferred<void> other = wait(out);
      co_await out.drained();
      out.write("first");
      co_await std::move(other);
      out.write("second");
    });
  });
  Served served(std::move(router));
  served.transport.setRoom(0);
  served.get("/");
  served.transport.setRoom(1'000'000);
  const std::string answer = served.transport.takeWritten();
  CHECK(answer.ends_with("5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"));
}

TEST_CASE("a moment that cannot be written as a date is not told") {
  for (const wire::WallTime when :
       {wire::kFirstDate - std::chrono::seconds(1), wire::WallTime::min()}) {
    Router router;
    router.get("/", [when](Request&) { return Response::text("x").setLastModified(when); });
    Served served(std::move(router));
    CHECK(served.get("/") == textAnswer("x"));
  }
}

}  // namespace
}  // namespace ropewalk::http::test
