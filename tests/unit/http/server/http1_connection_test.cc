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

TEST_CASE("a handler is cancelled when its client goes away, and hears why [HR9]") {
  bool cancelled = false;
  std::string reason;
  std::vector<Promise<Response>> waiting;
  Router router;
  router.get("/", [&](Request& request) {
    request.notifyFinish().addErrback([&](const Failure& why) { reason = why.typeName(); });
    waiting.emplace_back();
    waiting.back().onCancel([&] { cancelled = true; });
    return waiting.back().deferred();
  });
  Served served(std::move(router));
  served.get("/");
  CHECK(!cancelled);
  served.transport.peerResets();
  CHECK(cancelled);
  CHECK(reason == "ropewalk::ConnectionLost");
}

TEST_CASE("everybody who asked is told when an answer is sent [HR9]") {
  int finished = 0;
  Router router;
  router.get("/", [&](Request& request) {
    for (int i = 0; i < 3; ++i) request.notifyFinish().addCallback([&] { ++finished; });
    return Response::text("done");
  });
  Served served(std::move(router));
  CHECK(served.get("/") == textAnswer("done"));
  CHECK(finished == 3);
}

TEST_CASE("everybody who asked is told why when the connection ends before the answer [HR9]") {
  std::vector<std::string> reasons;
  const auto note = [&reasons](const Failure& why) { reasons.emplace_back(why.typeName()); };
  Promise<void> gate;
  Router router;
  router.get("/", [&](Request& request) -> Deferred<Response> {
    for (int i = 0; i < 3; ++i) request.notifyFinish().addErrback(note);
    try {
      co_await gate.deferred();
    } catch (const CancelledError&) {
    }
    co_return Response::text("too late");
  });
  Served served(std::move(router));
  served.get("/");
  CHECK(reasons.empty());
  served.transport.peerResets();
  CHECK(reasons == std::vector<std::string>(3, "ropewalk::ConnectionLost"));
}

TEST_CASE("who asks after the end is told at once what it was [HR9]") {
  std::string heard;
  std::vector<Promise<Response>> waiting(2);
  std::size_t asked = 0;
  Router router;
  router.get("/", [&](Request& request) {
    const auto note = [&, &request = request] {
      request.notifyFinish()
          .addCallback([&heard] { heard += "sent "; })
          .addErrback([&heard](const Failure& why) { heard += std::string(why.typeName()) + " "; });
    };
    request.notifyFinish().addCallback(note).addErrback([note](const Failure&) { note(); });
    return waiting[asked++].deferred();
  });
  Served served(std::move(router));
  served.get("/");
  waiting[0].callback(Response::text("one"));
  CHECK(heard == "sent ");
  served.get("/");
  served.transport.peerResets();
  CHECK(heard == "sent ropewalk::ConnectionLost ");
}

TEST_CASE("who waits for the end of a stream that breaks off hears that it did [HR9]") {
  const ropewalk::test::CapturedLog log;
  std::string heard;
  Router router;
  router.get("/", [&heard](Request& request) {
    request.notifyFinish().addErrback([&heard](const Failure& why) { heard = why.typeName(); });
    return Response::stream("text/plain", 5, [](BodyWriter& out) {
      out.write("hell");
      return succeed();
    });
  });
  Served served(std::move(router));
  served.get("/");
  CHECK(served.transport.isAborted());
  CHECK(heard == "ropewalk::ConnectionAborted");
}

}  // namespace
}  // namespace ropewalk::http::test
