#include <doctest/doctest.h>

#include <string>

#include "ropewalk/connection_limits.h"
#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

// Lets time pass in steps, so that nothing hides in a leap.
void pass(Served& served, Duration time) {
  for (; time > Duration::zero(); time -= 250ms) served.transport.advance(250ms);
}

TEST_CASE("a connection on which nothing comes is closed without a word after 10 s [HR13]") {
  Served served(echoRouter());
  pass(served, 9500ms);
  CHECK(!served.transport.isDisconnecting());
  pass(served, 1500ms);
  CHECK(served.transport.isFinished());
  CHECK(served.transport.value().empty());
}

TEST_CASE("a head has 10 s from its first byte, however often something comes [HR13]") {
  Served served(echoRouter());
  pass(served, 5s);
  served.ask("GET / HTTP/1.1\r\nHost: h\r\n");
  for (int i = 0; i < 19; ++i) {
    served.ask("X: y\r\n");
    pass(served, 500ms);
  }
  CHECK(!served.transport.isDisconnecting());
  pass(served, 1500ms);
  const std::string answer = served.transport.takeWritten();
  CHECK(statusOf(answer) == "HTTP/1.1 408 Request Timeout");
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(served.transport.isFinished());
}

TEST_CASE("each head of a connection has its own 10 s [HR13]") {
  Served served(echoRouter());
  for (int i = 0; i < 5; ++i) {
    served.ask("GET / HTTP/1.1\r\n");
    pass(served, 8s);
    CHECK(served.ask("Host: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") ==
          textAnswer("GET / ") + textAnswer("GET / "));
  }
  // The next one begins in the same piece that ends the one before.
  served.ask("GET / HTTP/1.1\r\n");
  pass(served, 8s);
  served.ask("Host: h\r\n\r\nGET / HTTP/1.1\r\n");
  served.transport.clear();
  pass(served, 9s);
  CHECK(!served.transport.isDisconnecting());
  pass(served, 2s);
  CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE(
    "an idle connection is kept for 30 s after an answer, then closed without a word [HR13]") {
  Served served(echoRouter());
  for (int i = 0; i < 3; ++i) {
    served.get("/");
    served.transport.clear();
    pass(served, 29s);
    CHECK(!served.transport.isDisconnecting());
  }
  pass(served, 2s);
  CHECK(served.transport.isFinished());
  CHECK(served.transport.value().empty());
}

TEST_CASE("the CRLF that may precede a request does not keep a connection [H1.29]") {
  Served served(echoRouter());
  served.get("/");
  served.transport.clear();
  pass(served, 20s);
  served.ask("\r\n");
  pass(served, 9s);
  CHECK(!served.transport.isDisconnecting());
  pass(served, 2s);
  CHECK(served.transport.isFinished());
  CHECK(served.transport.value().empty());
}

TEST_CASE("a handler may take its time [HR13]") {
  Promise<Response> answer;
  Router router;
  router.get("/", [&answer](Request&) { return answer.deferred(); });
  Served served(std::move(router));
  served.get("/");
  pass(served, 120s);
  CHECK(!served.transport.isDisconnecting());
  answer.callback(Response::text("at last"));
  CHECK(served.transport.takeWritten() == textAnswer("at last"));
  pass(served, 29s);
  CHECK(!served.transport.isDisconnecting());
  pass(served, 2s);
  CHECK(served.transport.isFinished());
}

std::string longPost() { return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"; }

TEST_CASE("a body that stops coming is given up after 10 s") {
  Served served(echoRouter());
  served.ask(longPost());
  for (int i = 0; i < 2; ++i) {
    pass(served, 9s);
    served.ask(std::string(50'000, 'x'));
  }
  CHECK(!served.transport.isDisconnecting());
  pass(served, 9s);
  CHECK(!served.transport.isDisconnecting());
  pass(served, 2s);
  CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 408 Request Timeout");
  CHECK(served.transport.isFinished());
}

TEST_CASE("a body that trickles is given up after 20 s") {
  Served served(echoRouter());
  served.ask(longPost());
  for (int i = 0; i < 19; ++i) {
    served.ask(std::string(400, 'x'));
    pass(served, 1s);
  }
  CHECK(!served.transport.isDisconnecting());
  pass(served, 2s);
  CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE("a body that comes at 500 bytes a second is waited for") {
  Served served(echoRouter());
  served.ask(longPost());
  for (int i = 0; i < 120; ++i) {
    served.ask(std::string(520, 'x'));
    pass(served, 1s);
  }
  CHECK(!served.transport.isDisconnecting());
}

// A handler that reads nothing until `gate` is fired, and then everything.
Router readsBehind(Promise<void>& gate) {
  Router router;
  router
      .post("/",
            [&gate](Request& request) -> Deferred<Response> {
              co_await gate.deferred();
              while (auto part = co_await request.read()) {
              }
              co_return Response::text("all");
            })
      .streamBody();
  return router;
}

TEST_CASE("a body has no time limit while it is its handler that does not read") {
  Promise<void> gate;
  Served served(readsBehind(gate));
  served.ask(longPost());
  served.ask(std::string(100'000, 'x'));
  pass(served, 100s);
  CHECK(!served.transport.isDisconnecting());
  gate.callback();
  pass(served, 9s);
  CHECK(!served.transport.isDisconnecting());
  CHECK(served.ask(std::string(900'000, 'x')) == textAnswer("all"));
}

// A handler that is busy for as long as `work` says before each read().
Router worksBetweenReads(Duration work) {
  Router router;
  router
      .post("/",
            [work](Request& request) -> Deferred<Response> {
              std::size_t total = 0;
              co_await sleep(work, request.reactor());
              while (auto part = co_await request.read()) {
                total += part->size();
                co_await sleep(work, request.reactor());
              }
              co_return Response::text(std::to_string(total));
            })
      .streamBody();
  return router;
}

TEST_CASE("a body that nobody asks for yet has no time limit") {
  Served served(worksBetweenReads(60s));
  served.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n");
  pass(served, 60s);
  CHECK(served.ask("hello") == "");
  pass(served, 69s);
  CHECK(!served.transport.isDisconnecting());
  SUBCASE("and then comes") {
    CHECK(served.ask("world") == "");
    pass(served, 60s);
    CHECK(served.transport.takeWritten() == textAnswer("10"));
  }
  SUBCASE("and then does not come") {
    pass(served, 2s);
    CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 408 Request Timeout");
  }
}

TEST_CASE("a body that trickles to a handler that reads it as it comes is given up, too") {
  Served served(worksBetweenReads(100ms));
  served.ask(longPost());
  for (int i = 0; i < 19; ++i) {
    served.ask(std::string(300, 'x'));
    pass(served, 1s);
  }
  CHECK(!served.transport.isDisconnecting());
  std::string answer;
  for (int i = 0; i < 8; ++i) {
    answer += served.ask(std::string(300, 'x'));
    pass(served, 1s);
  }
  CHECK(statusOf(answer) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE("a client from which nothing is read, as it reads slowly itself, is not blamed for it") {
  Router router;
  router.post("/", [](Request&) { return Response::text(std::string(400'000, 'x')); }).streamBody();
  Served served(std::move(router));
  served.transport.setRoom(1'000);
  served.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n0123456789");
  CHECK(!served.transport.isReading());
  served.ask("0123456789");  // all of it has been sent
  for (int i = 0; i < 40; ++i) {
    pass(served, 1s);
    served.transport.setRoom(10'100);
  }
  CHECK(!served.transport.isDisconnecting());
  served.transport.clear();
  served.transport.setRoom(1'000'000);
  CHECK(statusOf(served.get("/")) == "HTTP/1.1 405 Method Not Allowed");
}

TEST_CASE("a request that is not read, as its client reads slowly itself, has all its time") {
  Router router;
  router.get("/", [](Request&) { return Response::text(std::string(60'000, 'x')); });
  Served served(std::move(router));
  ConnectionLimits limits;
  limits.writeHighWater = 16 * 1024;
  served.transport->setLimits(limits);
  served.transport.setRoom(0);
  served.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\n");
  served.ask("Host: h\r\n\r\n");
  std::string answers;
  for (int i = 0; i < 60; ++i) {
    served.transport.setRoom(2'500);
    pass(served, 1s);
    answers += served.transport.takeWritten();
  }
  CHECK(answersIn(answers) == 2);
  CHECK(answers.find(" 408 ") == std::string::npos);
}

TEST_CASE("a client that waits for 100 Continue has all its time from then on [H1.30]") {
  Promise<void> gate;
  Served served(readsBehind(gate));
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n";
  CHECK(served.ask(head + "Expect: 100-continue\r\n\r\n") == "");
  pass(served, 60s);
  CHECK(served.transport.takeWritten() == "");
  gate.callback();
  CHECK(served.transport.takeWritten() == "HTTP/1.1 100 Continue\r\n\r\n");
  pass(served, 9s);
  CHECK(!served.transport.isDisconnecting());
  SUBCASE("and then sends") { CHECK(served.ask("hello") == textAnswer("all")); }
  SUBCASE("and no more") {
    pass(served, 2s);
    CHECK(statusOf(served.transport.takeWritten()) == "HTTP/1.1 408 Request Timeout");
  }
}

TEST_CASE("a streaming handler hears that the body came too slowly") {
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
              co_return Response::text("nobody hears this");
            })
      .streamBody();
  int logged = 0;
  SiteOptions options = atOneMoment();
  options.accessLog = [&logged](std::string_view) { ++logged; };
  Served served(std::move(router), std::move(options));
  served.ask(longPost());
  pass(served, 11s);
  const std::string answer = served.transport.takeWritten();
  CHECK(logged == 1);
  CHECK(heard == "the body of the request came too slowly");
  CHECK(statusOf(answer) == "HTTP/1.1 408 Request Timeout");
  CHECK(answersIn(answer) == 1);
}

TEST_CASE("a client that reads its answer slowly is not idle") {
  Router router;
  router.get("/", [](Request&) { return Response::text(std::string(50'000, 'x')); });
  Served served(std::move(router));
  served.transport.setRoom(0);
  served.get("/");
  for (int i = 0; i < 50; ++i) {
    served.transport.setRoom(100);
    pass(served, 1s);
  }
  CHECK(!served.transport.isDisconnecting());
}

TEST_CASE("a time limit that is negative has passed at once") {
  const ropewalk::test::CapturedLog log;
  Limits limits;
  limits.firstByte = -1s;
  Served served(echoRouter(), limits);
  pass(served, 500ms);
  CHECK(served.transport.isFinished());
  CHECK(log.text() == "");
}

TEST_CASE("a time limit may be as long as can be said") {
  for (const Duration limit : {Duration::max(), Duration::max() - 1s, Duration(24h) * 365 * 290}) {
    Limits limits;
    limits.firstByte = limits.headTime = limits.keepAlive = limits.bodyGap = limits.bodyGrace =
        limit;
    Served served(echoRouter(), limits);
    pass(served, 60s);
    served.ask("GET / HTTP/1.1\r\n");
    pass(served, 60s);
    CHECK(served.ask("Host: h\r\n\r\n") == textAnswer("GET / "));
    pass(served, 60s);
    CHECK(served.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n") == "");
    pass(served, 60s);
    CHECK(served.ask("x") == textAnswer("POST / x"));
    CHECK(!served.transport.isDisconnecting());
  }
}

TEST_CASE("the time limits of a connection need no timed call") {
  Router router = echoRouter();
  auto site = Site::create(std::move(router), atOneMoment());
  sim::StringTransport transport;
  const auto protocol = site->buildProtocol(Address());
  protocol->makeConnection(transport);
  CHECK(transport.reactor().getDelayedCalls().empty());
  transport.deliver("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(transport.reactor().getDelayedCalls().empty());
  transport.advance(31s);
  CHECK(transport.isFinished());
}

}  // namespace
}  // namespace ropewalk::http::test
