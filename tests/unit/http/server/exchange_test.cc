#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ropewalk/promise.h"
#include "ropewalk/task.h"
#include "support/aborts.h"
#include "support/captured_log.h"
#include "unit/http/sample_routers.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::aborts;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string post(std::string_view target, std::string_view fields, std::string_view body = {}) {
  std::string wire = "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n";
  return wire.append(fields).append("\r\n").append(body);
}

std::string lengthField(std::size_t length) {
  return "Content-Length: " + std::to_string(length) + "\r\n";
}

TEST_CASE("a body is collected, and the handler called when it is whole [H1.4] [H1.36]") {
  Served served(echoRouter());
  CHECK(served.ask(post("/", lengthField(5), "hel")) == "");
  CHECK(served.ask("loGET /2 HTTP/1.1\r\nHost: h\r\n\r\n") ==
        textAnswer("POST / hello") + textAnswer("GET /2 "));
  CHECK(served.ask(post("/", "Transfer-Encoding: chunked\r\n",
                        "5\r\nhello\r\n6;ext=1\r\n world\r\n")) == "");
  CHECK(served.ask("0\r\nX-T: 1\r\n\r\n") == textAnswer("POST / hello world"));
}

TEST_CASE("a body in twenty thousand chunks of one byte reaches its handler whole") {
  Served served(echoRouter());
  std::string chunks;
  for (int i = 0; i < 20'000; ++i) chunks += "1\r\nZ\r\n";
  CHECK(served.ask(post("/", "Transfer-Encoding: chunked\r\n", chunks)) == "");
  CHECK(served.ask("0\r\n\r\n") == textAnswer("POST / " + std::string(20'000, 'Z')));
}

TEST_CASE("a collected body may be as large as the limit, and no larger") {
  Limits limits;
  limits.body = 10;
  SUBCASE("by its length, before any of it is read") {
    Served served(echoRouter(), limits);
    CHECK(statusOf(served.ask(post("/", lengthField(10), "0123456789"))) == "HTTP/1.1 200 OK");
    const std::string refused = served.ask(post("/", lengthField(11)));
    CHECK(statusOf(refused) == "HTTP/1.1 413 Content Too Large");
    CHECK(refused.find("Connection: close\r\n") != std::string::npos);
    CHECK(served.transport.isFinished());
  }
  SUBCASE("in chunks, as soon as there is too much") {
    Served served(echoRouter(), limits);
    CHECK(served.ask(post("/", "Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n")) == "");
    CHECK(statusOf(served.ask("1\r\nx")) == "HTTP/1.1 413 Content Too Large");
    CHECK(served.transport.isFinished());
  }
  SUBCASE("or the limit of its route, streamed too") {
    StreamedBodies streams;
    Router router = streams.router();
    router
        .post("/short",
              [](Request& request) -> Deferred<Response> {
                while (auto part = co_await request.read()) {
                }
                co_return Response::text("all");
              })
        .streamBody()
        .maxBody(3);
    Served served(std::move(router));
    CHECK(served.ask(post("/short", lengthField(3), "abc")) == textAnswer("all"));
    CHECK(served.ask(post("/short", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n")) == "");
    const std::string refused = served.ask("1\r\n");
    CHECK(refused == "");
    CHECK(statusOf(served.ask("d")) == "HTTP/1.1 413 Content Too Large");
    CHECK(served.transport.isFinished());
  }
  SUBCASE("or the limit of its route") {
    Router router;
    router.post("/", [](Request& request) { return Response::text(std::string(request.body())); })
        .maxBody(11);
    Served served(std::move(router), limits);
    CHECK(statusOf(served.ask(post("/", lengthField(11), "0123456789a"))) == "HTTP/1.1 200 OK");
    CHECK(statusOf(served.ask(post("/", lengthField(12)))) == "HTTP/1.1 413 Content Too Large");
  }
}

TEST_CASE("a client that asks whether to go on is told so at the end of the head [H1.30]") {
  Served served(echoRouter());
  const std::string head = post("/", lengthField(5) + "Expect: 100-continue\r\n");
  CHECK(served.ask(head) == kContinue);
  CHECK(served.ask("hello") == textAnswer("POST / hello"));
  CHECK(served.ask(post("/", "Expect: 100-continue\r\n" + lengthField(0))) ==
        textAnswer("POST / "));
}

TEST_CASE("a doubled expectation gets one 100 Continue, and an empty Expect none") {
  for (const char* field :
       {"Expect: 100-continue, 100-continue\r\n", "Expect: 100-continue\r\nExpect:\r\n"}) {
    Served served(echoRouter());
    CHECK(served.ask(post("/", lengthField(5) + field)) == kContinue);
    CHECK(served.ask("hello") == textAnswer("POST / hello"));
  }
  Served served(echoRouter());
  CHECK(served.ask(post("/", lengthField(5) + "Expect:\r\n")) == "");
  CHECK(served.ask("hello") == textAnswer("POST / hello"));
}

TEST_CASE("an HTTP/1.0 client is never told to go on [H1.30]") {
  Served served(echoRouter());
  CHECK(served.ask("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n") == "");
}

TEST_CASE("an error answers a client that asked whether to go on, and the connection is closed") {
  Limits limits;
  limits.body = 4;
  Served served(echoRouter(), limits);
  const std::string answer = served.ask(post("/", lengthField(5) + "Expect: 100-continue\r\n"));
  CHECK(statusOf(answer) == "HTTP/1.1 413 Content Too Large");
  CHECK(answersIn(answer) == 1);
  CHECK(served.transport.isFinished());
}

TEST_CASE("in a streaming route the first read() tells the client to go on [H1.30]") {
  StreamedBodies streams;
  Served served(streams.router());
  CHECK(served.ask(post("/len", lengthField(5) + "Expect: 100-continue\r\n")) == kContinue);
  CHECK(served.ask("hello") == textAnswer("5"));
  CHECK(served.ask(post("/hold", lengthField(5) + "Expect: 100-continue\r\n")) == "");
  streams.gate.callback();
  CHECK(served.transport.takeWritten() == kContinue);
  CHECK(served.ask("hello") == textAnswer("5"));
}

TEST_CASE("a client that waits for 100 and gets a final answer is not waited for") {
  StreamedBodies streams;
  Served served(streams.router());
  const std::string answer =
      served.ask(post("/refuse", lengthField(5) + "Expect: 100-continue\r\n"));
  CHECK(statusOf(answer) == "HTTP/1.1 403 Forbidden");
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(served.transport.isFinished());
}

TEST_CASE("a body that no handler wants is thrown away up to a limit, then costs the connection") {
  Limits limits;
  limits.discarded = 100;
  SUBCASE("by its length") {
    StreamedBodies streams;
    Served served(streams.router(), limits);
    CHECK(statusOf(served.ask(post("/refuse", lengthField(100)))) == "HTTP/1.1 403 Forbidden");
    CHECK(served.ask(std::string(99, 'x')) == "");
    CHECK(served.ask("xGET / HTTP/1.1\r\nHost: h\r\n\r\n") == textAnswer("next"));
    const std::string last = served.ask(post("/refuse", lengthField(101)));
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(served.transport.isFinished());
  }
  SUBCASE("in chunks") {
    StreamedBodies streams;
    Served served(streams.router(), limits);
    const std::string chunked = post("/refuse", "Transfer-Encoding: chunked\r\n");
    CHECK(statusOf(served.ask(chunked)) == "HTTP/1.1 403 Forbidden");
    CHECK(served.ask("64\r\n" + std::string(100, 'x') +
                     "\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == textAnswer("next"));
    served.ask(chunked);
    CHECK(!served.transport.isDisconnecting());
    served.ask("65\r\n" + std::string(101, 'x') + "\r\n");
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("a malformed body after the answer ends the connection, without a second answer") {
  StreamedBodies streams;
  Served served(streams.router());
  CHECK(statusOf(served.ask(post("/refuse", "Transfer-Encoding: chunked\r\n"))) ==
        "HTTP/1.1 403 Forbidden");
  CHECK(served.ask("xyz\r\n") == "");
  CHECK(served.transport.isFinished());
}

TEST_CASE("a path that leads nowhere is answered before its body, which is thrown away") {
  Served served(Router{});
  CHECK(statusOf(served.ask(post("/nowhere", lengthField(5)))) == "HTTP/1.1 404 Not Found");
  CHECK(statusOf(served.ask("helloGET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "HTTP/1.1 404 Not Found");
  CHECK(!served.transport.isDisconnecting());
}

struct Refusing {
  using IgnoresBody = void;
  Response operator()(Request& request) const {
    return Response::text(std::string(request.method())).setStatus(405);
  }
};

TEST_CASE("a handler whose class ignores the body is called before it comes") {
  Router router;
  router.mount("/", Refusing());
  router.post("/exact", Refusing());
  Served served(std::move(router));
  for (const char* path : {"/", "/exact"}) {
    CHECK(statusOf(served.ask(post(path, lengthField(5)))) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(served.ask("hello") == "");
  }
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("a reader hears that the body broke off [H1.37]") {
  std::string heard;
  Router router;
  router
      .post("/",
            [&heard](Request& request) -> Deferred<Response> {
              try {
                while (auto part = co_await request.read()) {
                }
              } catch (const IncompleteBody& error) {
                heard = error.what();
              }
              co_return Response::text("too bad").setStatus(400);
            })
      .streamBody();
  Served served(std::move(router));
  SUBCASE("because the client stopped") {
    served.ask(post("/", lengthField(5), "hell"));
    served.transport.peerCloses();
    CHECK(heard == "the client stopped in the middle of the body");
    CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 400 Bad Request");
    CHECK(served.transport.isDisconnected());
  }
  SUBCASE("because it is malformed") {
    const std::string answer =
        served.ask(post("/", "Transfer-Encoding: chunked\r\n", "1\r\nZ\r\nxyz\r\n"));
    CHECK(heard == "a malformed chunk size");
    CHECK(statusOf(answer) == "HTTP/1.1 400 Bad Request");
    CHECK(answersIn(answer) == 1);
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("a handler that does not care that the body broke off is answered for with 400") {
  for (const char* body : {"5\r\nab", "2\r\nab\r\n"}) {
    Router router;
    router
        .post("/",
              [](Request& request) -> Deferred<Response> {
                while (auto part = co_await request.read()) {
                }
                co_return Response::text("all of it");
              })
        .streamBody();
    const ropewalk::test::CapturedLog log;
    Served served(std::move(router));
    served.ask(post("/", "Transfer-Encoding: chunked\r\n", body));
    served.transport.peerCloses();
    CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 400 Bad Request");
    CHECK(served.transport.isDisconnected());
    CHECK(log.lines().empty());
  }
}

#ifndef NDEBUG
TEST_CASE("two that wait in read() of one request at a time are stopped in debug builds") {
  using Part = std::optional<std::string>;
  const auto read = [](Request& request) -> Deferred<Part> { co_return co_await request.read(); };
  int reading = 1;
  Router router;
  router
      .post("/",
            [&](Request& request) -> Deferred<Response> {
              const Deferred<Part> other = reading == 2 ? read(request) : succeed(Part());
              while (auto part = co_await request.read()) {
              }
              co_return Response::text("all");
            })
      .streamBody();
  const auto ask = [&] {
    Served served(std::move(router));
    served.ask(post("/", lengthField(5)));
    served.ask("he");
    served.ask("llo");
  };
  CHECK(!aborts(ask));
  reading = 2;
  CHECK(aborts(ask));
}
#endif

}  // namespace
}  // namespace ropewalk::http::test
