// What clients of HTTP/1.0 get: `ab`, health checkers, old proxies.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE(
    "an HTTP/1.0 connection is closed after the answer unless keep-alive was asked for [HR2] "
    "[HR5]") {
  for (const char* field : {"", "Connection: keep-alive, close\r\n", "Keep-Alive: 300\r\n"}) {
    Served served(echoRouter());
    CHECK(served.ask("GET / HTTP/1.0\r\n" + std::string(field) + "\r\n") ==
          textAnswer("GET / ", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
}

// Routes with every kind of body; `/stream` has no length.
Router bodies() {
  Router routes;
  routes.get("/text", [](Request&) { return Response::text("hello"); });
  routes.get("/none", [](Request&) { return Response(204); });
  routes.get("/same", [](Request&) { return Response(304); });
  routes.get("/bye", [](Request&) { return Response::text("bye").closeConnection(); });
  routes.get("/reset", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter&) { return succeed(); }).setStatus(205);
  });
  const auto hello = [](BodyWriter& out) {
    out.write("hello");
    return succeed();
  };
  routes.get("/length", [hello](Request&) { return Response::stream("text/plain", 5, hello); });
  routes.get("/stream", [hello](Request&) { return Response::stream("text/plain", hello); });
  routes.post("/echo",
              [](Request& request) { return Response::text(std::string(request.body())); });
  return routes;
}

std::string keptRequestFor(const std::string& target, const std::string& method = "GET") {
  return method + " " + target + " HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n";
}

const std::string kModern = "GET /text HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kKept = "Connection: keep-alive\r\n";

TEST_CASE("an HTTP/1.0 client that asks for keep-alive gets it, and the answer says so [HR5]") {
  Served served(bodies());
  for (int i = 0; i < 3; ++i) {
    CHECK(served.ask(keptRequestFor("/text")) == textAnswer("hello", kKept));
  }
  const std::string post = "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n";
  CHECK(served.ask(post + "\r\nhi") == textAnswer("hi", kKept));
  CHECK(served.ask(keptRequestFor("/none")) == answer("204 No Content", kKept, ""));
  CHECK(served.ask(keptRequestFor("/same")) == answer("304 Not Modified", kKept, ""));
  CHECK(served.ask(keptRequestFor("/reset")).find(kKept) != std::string::npos);
  CHECK(served.ask(keptRequestFor("/text", "HEAD")) ==
        textAnswer("hello", kKept).substr(0, textAnswer("hello", kKept).size() - 5));
  CHECK(statusOf(served.ask(keptRequestFor("/nowhere"))) == "HTTP/1.1 404 Not Found");
  CHECK(!served.transport.isDisconnecting());
  SUBCASE("pipelined, too, until one does not ask for it any more") {
    CHECK(served.ask(keptRequestFor("/text") + keptRequestFor("/length") +
                     "GET /text HTTP/1.0\r\n\r\n" + keptRequestFor("/text")) ==
          textAnswer("hello", kKept) +
              answer("200 OK",
                     "Content-Length: 5\r\nContent-Type: text/plain\r\n" + std::string(kKept),
                     "hello") +
              textAnswer("hello", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
  SUBCASE("beside requests in HTTP/1.1") {
    CHECK(served.ask(kModern + keptRequestFor("/text") + kModern) ==
          textAnswer("hello") + textAnswer("hello", kKept) + textAnswer("hello"));
    CHECK(!served.transport.isDisconnecting());
  }
  SUBCASE("until the handler closes it") {
    CHECK(served.ask(keptRequestFor("/bye")) == textAnswer("bye", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
  SUBCASE("until the server is drained") {
    served.protocol().drainRequested();
    CHECK(served.transport.isFinished());
  }
  SUBCASE("until it has been idle for too long") {
    served.transport.advance(31s);
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("a stream without a length to HTTP/1.0 ends with its connection, not in chunks [HR2]") {
  for (const char* method : {"GET", "HEAD"}) {
    Served served(bodies());
    const bool isHead = std::string_view(method) == "HEAD";
    CHECK(served.ask(keptRequestFor("/stream", method) + keptRequestFor("/text")) ==
          answer("200 OK", "Content-Type: text/plain\r\nConnection: close\r\n",
                 isHead ? "" : "hello"));
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("an HTTP/1.0 connection is kept for as many requests as the limit [HR5]") {
  Served served(bodies(), Limits{.requests = 2});
  CHECK(served.ask(keptRequestFor("/text")) == textAnswer("hello", kKept));
  CHECK(served.ask(keptRequestFor("/text")) == textAnswer("hello", "Connection: close\r\n"));
  CHECK(served.transport.isFinished());
}

}  // namespace
}  // namespace ropewalk::http::test
