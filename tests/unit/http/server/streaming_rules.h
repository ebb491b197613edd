#pragma once

// Answers: what of them goes out, bodies that are written while they are sent, and their flow.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "http/wire/date.h"
#include "ropewalk/error.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/http/sample_routers.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::CapturedLog;

constexpr std::string_view kPlain = "Content-Type: text/plain\r\n";

// Comes when there is nothing to write any more.
struct Late final : Producer {
  void pauseProducing() override {}
  void resumeProducing() override {}
  void stopProducing() override { isStopped = true; }
  bool isStopped = false;
};

TEST_CASE("a stream with a length goes out as it is [HR3]") {
  Feed served(routerOf([] {
    return Response::stream("text/plain", 5, [](BodyWriter& out) -> Deferred<void> {
      out.write("hel");
      out.write("");
      co_await out.drained();
      out.write("lo");
    });
  }));
  CHECK(served.get("/") == told("200 OK", "Content-Length: 5\r\n" + std::string(kPlain), "hello"));
  CHECK(served.mayAskAgain());
}

TEST_CASE("a stream that is shorter than it promised breaks off") {
  const CapturedLog log;
  Feed served(routerOf([] {
    return Response::stream("text/plain", 5, [](BodyWriter& out) {
      out.write("hell");
      return succeed();
    });
  }));
  served.get("/");
  CHECK(served.isBrokenOff());
  CHECK(log.has("GET /", "less than the length promised"));
}

TEST_CASE("a stream cannot be longer than it promised") {
  const CapturedLog log;
  Feed served(routerOf([] {
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
  Feed served(routerOf([] {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      out.write("hello");
      throw std::runtime_error("oops");
    });
  }));
  CHECK(toldBody(served.get("/")) == "hello");
  CHECK(served.isBrokenOff());
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
  Feed served(std::move(router));
  served.get("/");
  served.clientGoes();
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
  Feed served(std::move(router));
  std::string answers = served.begin("POST", "/", {}, 5);
  answers += served.piece("hel");
  answers += served.piece("lo");
  answers += served.endBody();
  CHECK(answers == told("200 OK", kPlain, "hello"));
}

TEST_CASE("HEAD gets the head that GET gets, and nothing else [HR3] [WS4]") {
  for (const bool streamed : {false, true}) {
    Feed served(routerOf([streamed] { return streamed ? helloWorld() : Response::text("hello"); }));
    const std::string whole = served.get("/");
    const std::string head = served.send("HEAD", "/");
    CHECK(head == whole.substr(0, whole.find("\r\n\r\n") + 4));
    CHECK(served.get("/") == whole);
  }
}

TEST_CASE("204 and 304 have no body, whatever the handler says [HR3]") {
  for (const int status : {204, 304}) {
    Feed served(routerOf([status] { return Response::text("zzz").setStatus(status); }));
    const std::string answer = served.get("/");
    CHECK(answer.ends_with("\r\n\r\n"));
    CHECK(answer.find("Content-Length") == std::string::npos);
  }
  Feed served(routerOf([] { return Response(204); }));
  CHECK(served.get("/") == told("204 No Content", "", ""));
}

TEST_CASE("205 has no body, and says so, whatever the handler says") {
  for (Response (*make)() :
       {+[] { return Response::text("zzz"); }, +[] { return helloWorld(); },
        +[] { return Response(); }, +[] { return Response::text(std::string(100'000, 'z')); }}) {
    Feed served(routerOf([make] { return make().setStatus(205); }));
    for (const char* method : {"GET", "HEAD"}) {
      const std::string answer = served.send(method, "/");
      CHECK(toldStatus(answer) == "205 Reset Content");
      CHECK(answer.find("Content-Length: 0\r\n") != std::string::npos);
      CHECK(answer.find("Transfer-Encoding") == std::string::npos);
      CHECK(answer.ends_with("\r\n\r\n"));
    }
  }
}

TEST_CASE("an empty answer says that it is empty, with a date and without a type [WS9]") {
  Feed served(routerOf([] { return Response(200); }));
  CHECK(served.get("/") == told("200 OK", "Content-Length: 0\r\n", ""));
}

TEST_CASE("a body of any size comes out whole, owned and shared") {
  for (const std::size_t size : {0U, 1U, 2'048U, 2'049U, 20'000U, 300'000U}) {
    CAPTURE(size);
    const std::string body(size, 'x');
    Feed owned(routerOf([&] { return Response::bytes(body); }));
    Feed shared(routerOf([&] { return Response::bytes(SharedBytes(body)); }));
    const std::string expected = told("200 OK",
                                      "Content-Length: " + std::to_string(size) +
                                          "\r\nContent-Type: application/octet-stream\r\n",
                                      body);
    CHECK(owned.get("/") == expected);
    CHECK(shared.get("/") == expected);
  }
}

TEST_CASE("status, reason and fields go out as they were set [HR16]") {
  Feed served(routerOf([] {
    return Response::text("x")
        .setStatus(299, "Fine by me")
        .setHeader("X-A", "1")
        .addHeader("X-A", "2")
        .setHeader("content-type", "text/x")
        .setHeader("X-B", "3")
        .setHeader("x-b", "4");
  }));
  CHECK(served.get("/") ==
        told("299 Fine by me",
             "Content-Length: 1\r\nX-A: 1\r\nX-A: 2\r\ncontent-type: text/x\r\nx-b: 4\r\n", "x"));
}

TEST_CASE("a redirect escapes its location in the page [WS13]") {
  Feed served(routerOf([] { return Response::redirect("/a?b=1&c=<2>"); }));
  const std::string answer = served.get("/");
  CHECK(toldStatus(answer) == "302 Found");
  CHECK(answer.find("Location: /a?b=1&c=<2>\r\n") != std::string::npos);
  CHECK(answer.find("href=\"/a?b=1&amp;c=&lt;2&gt;\"") != std::string::npos);
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
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/");
  served.setRoom(1'000'000);
  const std::string answer = served.takeTold();
  CHECK(answer.ends_with("firstsecond"));
}

TEST_CASE("a moment that cannot be written as a date is not told") {
  for (const wire::WallTime when :
       {wire::kFirstDate - std::chrono::seconds(1), wire::WallTime::min()}) {
    Router router;
    router.get("/", [when](Request&) { return Response::text("x").setLastModified(when); });
    Feed served(std::move(router));
    CHECK(served.get("/") == toldText("x"));
  }
}

TEST_CASE("a writer that waits is held back while the client does not read [HR14]") {
  int written = 0;
  Router router;
  router.get("/", [&written](Request&) {
    return Response::stream("text/plain", 100 * 40'000,
                            [&written](BodyWriter& out) -> Deferred<void> {
                              const std::string piece(40'000, 'x');
                              for (; written < 100; ++written) {
                                out.write(piece);
                                co_await out.drained();
                              }
                            });
  });
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/");
  CHECK(written == 1);
  served.setRoom(100'000'000);
  served.settle();
  CHECK(written == 100);
  CHECK(served.takeTold().size() > 3'900'000);
}

TEST_CASE("a writer that never waits is cut off at the limit, and the log says so") {
  const CapturedLog log;
  Router router;
  router.get("/all", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter& out) {
      const std::string piece(64 * 1024, 'x');
      for (int i = 0; i < 1'000; ++i) out.write(piece);
      return succeed();
    });
  });
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/all");
  CHECK(served.isBrokenOff());
  CHECK(served.unsent() <= 2 * 1024 * 1024);
  CHECK(log.has("GET /all: the body was broken off", "the limit is 1048576", "drained()"));
  CHECK(log.lines().size() == 1);
}

TEST_CASE("a client that goes away from a body that waits for room is no news for the log") {
  const CapturedLog log;
  Router router;
  router.get("/", [](Request&) {
    return Response::stream("text/plain", [](BodyWriter& out) -> Deferred<void> {
      for (;;) {
        out.write(std::string(40'000, 'x'));
        co_await out.drained();
      }
    });
  });
  Feed served(std::move(router));
  served.setRoom(0);
  served.get("/");
  served.clientGoes();
  CHECK(log.lines().empty());
}

TEST_CASE("a body is over when its function is, also while its end waits for room [HR8]") {
  std::shared_ptr<BodyWriter> kept;
  Router router;
  router.get("/", [&kept](Request&) {
    return Response::stream("text/plain", [&kept](BodyWriter& out) {
      kept = out.handle();
      out.write(std::string(100'000, 'x'));
      return succeed();
    });
  });
  Feed served(std::move(router));
  served.setRoom(1'000);
  served.get("/");
  kept->write("late");
  const auto late = std::make_shared<Late>();
  kept->registerProducer(late, Streaming::Pull);
  CHECK(late->isStopped);
  kept->unregisterProducer();
  bool wasTold = false;
  spawn([&]() -> Deferred<void> {
    try {
      co_await kept->drained();
    } catch (const CancelledError&) {
      wasTold = true;
    }
  });
  CHECK(wasTold);
  CHECK(served.unsent() > 64 * 1024);
  served.setRoom(1'000'000);
  CHECK(served.takeTold().ends_with("xx"));
  CHECK(toldStatus(served.get("/")) == "200 OK");
}

TEST_CASE("a producer that comes and goes changes nothing for a writer in drained() [HR14]") {
  for (const std::size_t sent : {0U, 60'000U}) {
    CAPTURE(sent);
    bool goesOn = false;
    std::shared_ptr<BodyWriter> out;
    Router router;
    router.get("/", [&](Request&) {
      return Response::stream("text/plain", [&](BodyWriter& writer) -> Deferred<void> {
        out = writer.handle();
        out->write(std::string(100'000, 'x'));
        co_await out->drained();
        goesOn = true;
      });
    });
    Feed served(std::move(router));
    served.setRoom(0);
    served.get("/");
    served.setRoom(sent);
    CHECK(!goesOn);
    const auto other = std::make_shared<Late>();
    served.callSoon([&] {
      out->registerProducer(other, Streaming::Pull);
      out->unregisterProducer();
    });
    served.settle();
    CHECK(!goesOn);
    served.setRoom(1'000'000);
    CHECK(goesOn);
    CHECK(served.takeTold().ends_with("xx"));
  }
}

}  // namespace
}  // namespace ropewalk::http::test
