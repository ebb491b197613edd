// Answers to clients that read slowly or not at all.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "ropewalk/connection_limits.h"
#include "ropewalk/error.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/protocol.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

std::string requestsFor(int count) {
  std::string requests;
  for (int i = 0; i < count; ++i) requests += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  return requests;
}

TEST_CASE("a client that does not read its answers is not given more of them") {
  Served served(echoRouter(), Limits{.requests = 1'000'000});
  served.transport.setRoom(0);
  served.ask(requestsFor(10'000));
  CHECK(served.transport->unsentBytes() < 70'000);
  served.transport.setRoom(100'000'000);
  served.transport.settle();
  CHECK(answersIn(served.transport.takeWritten()) == 10'000);
}

// As its port may say.
void capQueue(Served& served, std::size_t bytes) {
  ConnectionLimits limits = served.transport->limits();
  limits.maxQueued = bytes;
  limits.writeStall = 60s;
  served.transport->setLimits(limits);
}

TEST_CASE("no request is begun while its answer would come to the cap of its port") {
  for (const std::size_t cap : {4U * 1024, 32U * 1024, 65U * 1024, 200U * 1024}) {
    CAPTURE(cap);
    Router router;
    router.get("/", [](Request&) { return Response::text(std::string(60'000, 'x')); });
    Served served(std::move(router));
    capQueue(served, cap);
    served.transport.setRoom(0);
    served.ask(requestsFor(10));
    std::string answers;
    for (int i = 0; i < 200 && !served.transport.isAborted(); ++i) {
      served.transport.setRoom(5'000);
      answers += served.transport.takeWritten();
    }
    CHECK(!served.transport.isAborted());
    CHECK(answersIn(answers) == 10);
  }
}

TEST_CASE("no stream is begun while more waits than it may let wait") {
  Router router;
  router.get("/big", [](Request&) { return Response::text(std::string(3'000'000, 'b')); });
  router.get("/", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      for (int i = 0; i < 3; ++i) {
        out.write("row");
        co_await out.drained();
      }
    });
  });
  Served served(std::move(router));
  ConnectionLimits limits = served.transport->limits();
  limits.writeHighWater = 4'000'000;
  served.transport->setLimits(limits);
  served.transport.setRoom(1'000);
  served.get("/big");
  served.get("/");
  CHECK(!served.transport.isAborted());
  served.transport.setRoom(10'000'000);
  CHECK(served.transport.takeWritten().ends_with("\r\n3\r\nrow\r\n0\r\n\r\n"));
}

TEST_CASE("no request behind one whose answer broke the connection off is handled [CL4]") {
  int handled = 0;
  Router router;
  router.get("/", [&handled](Request&) {
    ++handled;
    return Response::text(std::string(20'000, 'x'));
  });
  Served served(std::move(router));
  capQueue(served, 10);
  served.transport.setRoom(0);
  served.ask(requestsFor(3));
  CHECK(served.transport.isAborted());
  CHECK(handled == 1);
}

TEST_CASE("a piece of any size is taken, whatever its framing adds behind it") {
  const std::string piece(3'000'000, 'x');
  for (const bool twice : {false, true}) {
    const auto write = [&](BodyWriter& out) -> Deferred<void> {
      out.write(piece);
      if (twice) {
        co_await out.drained();
        out.write("y");
      }
    };
    Router router;
    router.get("/", [&](Request&) { return Response::stream("text/plain", write); });
    Served served(std::move(router));
    served.transport.setRoom(0);
    served.get("/");
    CHECK(!served.transport.isAborted());
    served.transport.setRoom(10'000'000);
    const std::string body = "\r\n\r\n2dc6c0\r\n" + piece + "\r\n";
    CHECK(served.transport.takeWritten().ends_with(body +
                                                   (twice ? "1\r\ny\r\n0\r\n\r\n" : "0\r\n\r\n")));
  }
}

TEST_CASE("a body whose writer waits for room never comes to the cap of its port") {
  for (const std::size_t piece : {1'000U, 8'192U, 40'000U}) {
    CAPTURE(piece);
    const auto write = [piece](BodyWriter& out) -> Deferred<void> {
      for (std::size_t sent = 0; sent < 400'000; sent += piece) {
        out.write(std::string(piece, 'x'));
        co_await out.drained();
      }
    };
    Router router;
    router.get("/", [write](Request&) { return Response::stream("text/plain", write); });
    Served served(std::move(router));
    capQueue(served, 32 * 1024);
    served.transport.setRoom(5'000);
    served.get("/");
    CHECK(served.transport->unsentBytes() > 0);
    CHECK(!served.transport.isAborted());
    for (int i = 0; i < 50; ++i) served.transport.setRoom(10'000);
    CHECK(served.transport.takeWritten().ends_with("0\r\n\r\n"));
  }
}

TEST_CASE("a streamed answer tightens the cap of its port as long as it is written, no longer") {
  struct Case {
    std::size_t ports;
    std::size_t ours;
    std::size_t meanwhile;
  };
  for (const Case& cap : {Case{0, 1'000, 1'000}, Case{500, 1'000, 500}, Case{2'000, 1'000, 1'000},
                          Case{500, 0, 500}}) {
    CAPTURE(cap.ports);
    CAPTURE(cap.ours);
    Promise<void> written;
    const auto next = std::make_shared<Protocol>();
    Router router;
    router.get("/", [&written](Request&) {
      return Response::stream("text/plain", [&written](BodyWriter&) { return written.deferred(); });
    });
    router.get("/detach", [next](Request&) { return Response::detach(next); });
    Served served(std::move(router), Limits{.queued = cap.ours});
    capQueue(served, cap.ports);
    served.get("/");
    CHECK(served.transport->limits().maxQueued == cap.meanwhile);
    CHECK(served.transport->limits().writeStall == 60s);
    written.callback();
    CHECK(served.transport->limits().maxQueued == cap.ports);
    CHECK(served.transport->limits().writeHighWater == ConnectionLimits().writeHighWater);
    CHECK(served.transport->limits().writeLowWater == ConnectionLimits().writeLowWater);
    served.get("/detach");
    CHECK(next->transport->limits().maxQueued == cap.ports);
    CHECK(next->transport->limits().writeStall == 60s);
    served.transport.peerResets();
    CHECK(next->transport->limits().writeStall == 30s);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
