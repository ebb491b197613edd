// Methods that static files refuse, and request bodies that they ignore.

#include <doctest/doctest.h>

#include <string>

#include "sim/http/tree.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE("only GET and HEAD read files [WS5]") {
  const Tree tree;
  auto served = serving(tree);
  for (const char* method :
       {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "VERSION-CONTROL"}) {
    CAPTURE(method);
    const std::string refused =
        served.ask(std::string(method) + " /hello.txt HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(statusOf(refused) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(refused.find("Allow: HEAD, GET\r\n") != std::string::npos);
  }
}

TEST_CASE("an unknown method on a file gets 501 [WS5]") {
  const Tree tree;
  auto served = serving(tree);
  for (const char* method : {"BREW", "get", "Post", "GETS", "GE&T", "X"}) {
    for (const char* path : {" /hello.txt", " /sub", " /none"}) {
      CAPTURE(method);
      const std::string refused =
          served.ask(std::string(method) + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
      CHECK(statusOf(refused) == "HTTP/1.1 501 Not Implemented");
      CHECK(refused.find("\r\nAllow:") == std::string::npos);
    }
  }
  CHECK(served.ask("GE&T / HTTP/1.1\r\nHost: h\r\n\r\n").find("GE&amp;T") != std::string::npos);
  CHECK(bodyOf(served.get("/hello.txt")) == "hello world");
}

TEST_CASE("a refused method on a file is answered before the body arrives [WS5]") {
  const Tree tree;
  auto served = serving(tree);
  const auto ask = [&served](const std::string& line, const std::string& fields) {
    return served.ask(line + " /hello.txt HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  };
  SUBCASE("and a short body is thrown away") {
    CHECK(statusOf(ask("POST", "Content-Length: 5\r\n")) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(bodyOf(served.ask("helloGET /hello.txt HTTP/1.1\r\nHost: h\r\n\r\n")) == "hello world");
    CHECK(statusOf(ask("BREW", "Transfer-Encoding: chunked\r\n")) ==
          "HTTP/1.1 501 Not Implemented");
    CHECK(bodyOf(served.ask("5\r\nhello\r\n0\r\n\r\nGET /hello.txt HTTP/1.1\r\nHost: h\r\n\r\n")) ==
          "hello world");
  }
  SUBCASE("which may be larger than one that is collected") {
    const std::string refused = ask("PUT", "Content-Length: 20000000\r\n");
    CHECK(statusOf(refused) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(refused.find("Connection: close\r\n") != std::string::npos);
    CHECK(served.transport.isFinished());
  }
  SUBCASE("and a client that asks whether to send it need not") {
    const std::string refused = ask("POST", "Content-Length: 5\r\nExpect: 100-continue\r\n");
    CHECK(statusOf(refused) == "HTTP/1.1 405 Method Not Allowed");
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("a GET of a file is answered before its body arrives, and the body is discarded") {
  const Tree tree;
  auto served = serving(tree);
  CHECK(bodyOf(served.ask("GET /hello.txt HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe")) ==
        "hello world");
  CHECK(served.ask("ll") == "");
  CHECK(bodyOf(served.ask("oGET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "<p>index</p>");
  // In several parts, which are streamed.
  const std::string parts = served.ask(
      "GET /large.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1,4-5\r\nContent-Length: 5\r\n\r\nhe");
  CHECK(statusOf(parts) == "HTTP/1.1 206 Partial Content");
  CHECK(bodyOf(served.ask("lloGET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "<p>index</p>");
}

}  // namespace
}  // namespace ropewalk::http::test
