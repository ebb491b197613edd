#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ropewalk/http/site.h"
#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "support/split.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::Pieces;

// A site with `/slow/{n}`, which answers when the test says so, and `/fast/{n}`, which does at
// once.
struct Slow {
  Router router() {
    Router routes;
    routes.get("/slow/{n}", [this](Request& request) {
      order.push_back("slow " + request.param("n"));
      waiting.emplace_back();
      return waiting.back().deferred();
    });
    routes.get("/fast/{n}", [this](Request& request) {
      order.push_back("fast " + request.param("n"));
      return Response::text("fast " + request.param("n"));
    });
    return routes;
  }
  void answer(const std::string& text) {
    Promise<Response> first = std::move(waiting.front());
    waiting.erase(waiting.begin());
    first.callback(Response::text(text));
  }

  std::vector<std::string> order;
  std::vector<Promise<Response>> waiting;
};

std::string requestFor(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

TEST_CASE("a connection answers one request after the other") {
  Served served(echoRouter());
  CHECK(served.get("/a") == textAnswer("GET /a "));
  CHECK(served.get("/b") == textAnswer("GET /b "));
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("a request is answered in the same way however its bytes are cut [H1.2]") {
  const std::string wire =
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string expected =
      textAnswer("POST /a hello") + textAnswer("POST /b hi") + textAnswer("GET /c ");
  for (const Pieces& pieces : ropewalk::test::randomSplits(wire, 1, 50)) {
    Served served(echoRouter());
    std::string answers;
    for (const std::string_view piece : pieces) answers += served.ask(piece);
    CHECK(answers == expected);
  }
}

TEST_CASE("pipelined requests are answered in order, whatever comes between them [H1.3] [HR7]") {
  Served served(echoRouter());
  CHECK(served.ask("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                   "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n") ==
        textAnswer("POST /1 hello") + textAnswer("GET /2 ") + textAnswer("GET /3 "));
}

TEST_CASE("a pipelined request is not handled before the answer to the one before it [HR7]") {
  Slow slow;
  Served served(slow.router());
  CHECK(served.ask(requestFor("/slow/1") + requestFor("/fast/2") + requestFor("/slow/3")) == "");
  CHECK(slow.order == std::vector<std::string>{"slow 1"});
  slow.answer("one");
  CHECK(served.transport.takeWritten() == textAnswer("one") + textAnswer("fast 2"));
  CHECK(slow.order == std::vector<std::string>{"slow 1", "fast 2", "slow 3"});
  slow.answer("three");
  CHECK(served.transport.takeWritten() == textAnswer("three"));
}

TEST_CASE("nothing is read while sixteen requests wait behind one [H1.38]") {
  Slow slow;
  Served served(slow.router());
  served.ask(requestFor("/slow/1"));
  for (int i = 0; i < 15; ++i) served.ask(requestFor("/fast/" + std::to_string(i)));
  CHECK(served.transport.isReading());
  served.ask(requestFor("/fast/15"));
  CHECK(!served.transport.isReading());
  served.ask(requestFor("/fast/16"));
  slow.answer("one");
  CHECK(answersIn(served.transport.takeWritten()) == 18);
  CHECK(served.transport.isReading());
}

TEST_CASE("nothing is read while more than 16 KiB wait behind a request [H1.38]") {
  Slow slow;
  Served served(slow.router());
  served.ask(requestFor("/slow/1"));
  const std::string large = "GET /fast/2 HTTP/1.1\r\nHost: h\r\nX: " + std::string(8'000, 'x');
  served.ask(large + "\r\n\r\n" + large);
  CHECK(served.transport.isReading());
  served.ask(std::string(400, 'x'));
  CHECK(!served.transport.isReading());
  slow.answer("one");
  CHECK(served.transport.isReading());
  CHECK(served.transport.takeWritten() == textAnswer("one") + textAnswer("fast 2"));
  CHECK(served.ask("\r\n\r\n") == textAnswer("fast 2"));
}

TEST_CASE("100 000 pipelined requests are all answered, and their answers never pile up") {
  Served served(echoRouter(), Limits{.requests = 1'000'000});
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += requestFor("/");
  int answers = 0;
  for (int i = 0; i < 100; ++i) answers += answersIn(served.ask(requests));
  CHECK(answers == 100'000);
}

TEST_CASE("Connection: close is said back, and nothing after it is handled [HR4] [HR6]") {
  for (const char* value : {"close", "close, TE", "TE, close", "keep-alive, CLOSE"}) {
    CAPTURE(value);
    Slow slow;
    Served served(slow.router());
    const std::string wire =
        "GET /fast/1 HTTP/1.1\r\nHost: h\r\nConnection: " + std::string(value) + "\r\n\r\n";
    CHECK(served.ask(wire + requestFor("/fast/2")) ==
          textAnswer("fast 1", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
    served.ask(requestFor("/fast/3"));
    CHECK(slow.order == std::vector<std::string>{"fast 1"});
  }
}

TEST_CASE("a client of a later HTTP/1.x is answered as one of HTTP/1.1, and its connection kept") {
  for (const char minor : {'2', '5', '9'}) {
    Served served(echoRouter());
    const std::string version = std::string(" HTTP/1.") + minor + "\r\nHost: h\r\n";
    CHECK(served.ask("GET /a" + version + "\r\n") == textAnswer("GET /a "));
    CHECK(served.ask("POST /b" + version + "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n") ==
          "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(served.ask("b") == textAnswer("POST /b b"));
    CHECK(served.ask("GET /c" + version + "Connection: close\r\n\r\n") ==
          textAnswer("GET /c ", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("after as many requests as the limit the connection is closed") {
  Served served(echoRouter(), Limits{.requests = 3});
  CHECK(served.get("/") == textAnswer("GET / "));
  CHECK(served.get("/") == textAnswer("GET / "));
  CHECK(served.get("/") == textAnswer("GET / ", "Connection: close\r\n"));
  CHECK(served.transport.isFinished());
}

TEST_CASE("a client that has finished sending still gets all its answers") {
  Slow slow;
  Served served(slow.router());
  served.ask(requestFor("/slow/1") + requestFor("/fast/2"));
  served.transport.peerCloses();
  CHECK(!served.transport.isDisconnecting());
  slow.answer("one");
  CHECK(served.transport.takeWritten() ==
        textAnswer("one") + textAnswer("fast 2", "Connection: close\r\n"));
  CHECK(served.transport.isDisconnected());
}

TEST_CASE("a request that just stops is never handled [H1.37]") {
  for (const char* wire :
       {"GET / HT", "GET / HTTP/1.1\r\nHost: h\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
    CAPTURE(wire);
    int handled = 0;
    Router router;
    router.mount("/", [&handled](Request&) {
      ++handled;
      return Response::text("");
    });
    Served served(std::move(router));
    CHECK(served.ask(wire) == "");
    served.transport.peerCloses();
    CHECK(served.transport.isDisconnected());
    CHECK(handled == 0);
  }
}

TEST_CASE("a HEAD that is refused gets no body, whatever is wrong with it") {
  const std::string longest(9000, 'x');
  for (const std::string& rest : {std::string("/ HTTP/2.0\r\n"), "/" + longest + " HTTP/1.1\r\n",
                                  std::string("/\\ HTTP/1.1\r\n"), std::string("/ HTTP/1.1\n"),
                                  std::string("/ HTTP/1.1\r\n\r\n")}) {
    CAPTURE(rest.substr(0, 20));
    const std::string wire = "HEAD " + rest;
    for (const std::size_t cut : {wire.size(), std::size_t{1}, std::size_t{3}, std::size_t{700}}) {
      CAPTURE(cut);
      Served served(echoRouter());
      std::string answered;
      for (std::size_t at = 0; at < wire.size(); at += cut) {
        answered += served.ask(wire.substr(at, cut));
      }
      CHECK(answered.starts_with("HTTP/1.1 "));
      CHECK(answered.find("Content-Length: 0\r\n") == std::string::npos);
      CHECK(answered.ends_with("\r\n\r\n"));
      CHECK(served.transport.isDisconnecting());
    }
  }
  // Nobody else is taken for one.
  Served served(echoRouter());
  CHECK(served.ask("HEADS / HTTP/2.0\r\n").ends_with("</html>\n"));
  Served other(echoRouter());
  other.ask("HEA");
  CHECK(other.ask("DS /" + longest).ends_with("</html>\n"));
}

TEST_CASE("a drained connection is closed when it is idle, else after its answer") {
  SUBCASE("idle") {
    Served served(echoRouter());
    served.get("/");
    served.protocol().drainRequested();
    CHECK(served.transport.isFinished());
  }
  SUBCASE("answered, and a body is still thrown away") {
    Router router;
    router.get("/", [](Request&) { return Response::text("here"); });
    Served served(std::move(router));
    CHECK(statusOf(served.ask("DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1234")) ==
          "HTTP/1.1 405 Method Not Allowed");
    CHECK(!served.transport.isDisconnecting());
    served.protocol().drainRequested();
    CHECK(served.transport.isDisconnecting());
  }
  SUBCASE("busy") {
    Slow slow;
    Served served(slow.router());
    served.get("/slow/1");
    served.protocol().drainRequested();
    CHECK(!served.transport.isDisconnecting());
    slow.answer("one");
    CHECK(served.transport.takeWritten() == textAnswer("one", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
  SUBCASE("in the middle of an answer that did not say so") {
    Promise<void> gate;
    Router router;
    router.get("/", [&gate](Request&) {
      return Response::stream("text/plain", [&gate](BodyWriter&) { return gate.deferred(); });
    });
    Served served(std::move(router));
    CHECK(served.get("/").find("Connection: close") == std::string::npos);
    served.protocol().drainRequested();
    CHECK(!served.transport.isDisconnecting());
    gate.callback();
    CHECK(served.transport.takeWritten() == "0\r\n\r\n");
    CHECK(served.transport.isFinished());
  }
  SUBCASE("in the middle of a head") {
    Served served(echoRouter());
    served.ask("GET / HTTP/1.1\r\n");
    served.protocol().drainRequested();
    CHECK(!served.transport.isDisconnecting());
    CHECK(served.ask("Host: h\r\n\r\n") == textAnswer("GET / ", "Connection: close\r\n"));
    CHECK(served.transport.isFinished());
  }
}

TEST_CASE("a handler keeps its request when the bytes that it came in are gone") {
  Promise<void> gate;
  Router router;
  router.get(
      "/{name}",
      [&gate, word = std::string("a rather long word that lives on the heap")](
          Request& request) -> Deferred<Response> {
        const std::string_view agent = request.header("User-Agent");
        co_await gate.deferred();
        co_return Response::text(word + " " + request.param("name") + " " + std::string(agent));
      });
  Served served(std::move(router));
  CHECK(served.get("/x", "User-Agent: somebody\r\n") == "");
  served.ask("GET /" + std::string(2'000, 'x'));  // where the head was received
  gate.callback();
  CHECK(served.transport.takeWritten().find(
            "a rather long word that lives on the heap x somebody") != std::string::npos);
}

}  // namespace
}  // namespace ropewalk::http::test
