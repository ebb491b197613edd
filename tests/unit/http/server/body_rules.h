#pragma once

// Bodies of requests: collected, read as they come, refused, broken off.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/promise.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/http/sample_routers.h"

namespace ropewalk::http::test {
namespace {

constexpr std::string_view kExpect = "Expect: 100-continue\r\n";

TEST_CASE("a body is collected, and the handler called when it is whole") {
  for (const std::size_t length : {0U, 11U}) {
    Feed served(echoRouter());
    CHECK(served.begin("POST", "/", {}, length) == "");
    CHECK(served.piece("hello") == "");
    std::string came = served.piece(" world");
    came += served.endBody();
    CHECK(came == toldText("POST / hello world"));
    CHECK(served.send("PUT", "/2", {}, "next") == toldText("PUT /2 next"));
  }
}

TEST_CASE(
    "a collected body may be as large as the limit, and no larger, whatever says its length") {
  const Limits limits{.body = 10};
  Feed fits(echoRouter(), limits);
  CHECK(fits.send("POST", "/", {}, "0123456789") == toldText("POST / 0123456789"));
  Feed said(echoRouter(), limits);
  CHECK(toldStatus(said.begin("POST", "/", {}, 11)) == "413 Content Too Large");
  Feed found(echoRouter(), limits);
  found.begin("POST", "/");
  CHECK(found.piece("0123456789") == "");
  CHECK(toldStatus(found.piece("x")) == "413 Content Too Large");
}

TEST_CASE("a client that asks whether to send the body is told so when somebody wants it") {
  StreamedBodies streams;
  Feed collected(echoRouter());
  CHECK(collected.begin("POST", "/", kExpect, 5) == kToldContinue);
  std::string came = collected.piece("hello");
  came += collected.endBody();
  CHECK(came == toldText("POST / hello"));
  Feed streamed(streams.router());
  CHECK(streamed.begin("POST", "/len", kExpect, 5) == kToldContinue);
  Feed held(streams.router());
  CHECK(held.begin("POST", "/hold", kExpect, 5) == "");
  streams.gate.callback();
  CHECK(held.takeTold() == kToldContinue);
  came = held.piece("hello");
  came += held.endBody();
  CHECK(came == toldText("5"));
  Feed refused(streams.router());
  CHECK(toldStatus(refused.begin("POST", "/refuse", kExpect, 5)) == "403 Forbidden");
}

TEST_CASE("a streamed body may have any size") {
  StreamedBodies streams;
  Feed served(streams.router());
  constexpr std::size_t kPieces = 1'000;
  const std::string piece(60'000, 'x');
  std::string answer = served.begin("POST", "/len", {}, kPieces * piece.size());
  for (std::size_t i = 0; i < kPieces; ++i) answer += served.piece(piece);
  answer += served.endBody();
  CHECK(answer == toldText("60000000"));
  CHECK(served.get("/") == toldText("next"));
}

TEST_CASE("a client is not read from while its handler does not read") {
  StreamedBodies streams;
  Feed served(streams.router());
  served.begin("POST", "/hold", {}, 200'000);
  served.piece(std::string(64 * 1024, 'x'));
  CHECK(served.isReading());
  served.piece("x");
  CHECK(!served.isReading());
  served.piece(std::string(100'000, 'x'));
  streams.gate.callback();
  CHECK(served.takeTold() == "");
  CHECK(served.isReading());
  std::string came = served.piece(std::string(200'000 - 165'537, 'x'));
  came += served.endBody();
  CHECK(came == toldText("200000"));
}

TEST_CASE("a body that no handler wants is thrown away, and its request answered before") {
  StreamedBodies streams;
  Feed served(streams.router());
  CHECK(toldStatus(served.begin("POST", "/refuse", {}, 5)) == "403 Forbidden");
  CHECK(served.piece("hello") == "");
  CHECK(served.endBody() == "");
  CHECK(toldStatus(served.begin("POST", "/nowhere", {}, 5)) == "404 Not Found");
  CHECK(served.piece("hello") == "");
  CHECK(served.endBody() == "");
  CHECK(served.get("/") == toldText("next"));
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
  Feed served(std::move(router));
  for (const char* path : {"/", "/exact"}) {
    CHECK(toldStatus(served.begin("POST", path, {}, 5)) == "405 Method Not Allowed");
    CHECK(served.piece("hello") == "");
    served.endBody();
  }
  CHECK(served.mayAskAgain());
}

TEST_CASE("a reader hears that the client stopped in the middle of the body [H1.37]") {
  std::string heard;
  Router router;
  const auto readAll = [&heard](Request& request) -> Deferred<Response> {
    try {
      while (auto part = co_await request.read()) {
      }
    } catch (const IncompleteBody& error) {
      heard = error.what();
    }
    co_return Response::text("too bad").setStatus(400);
  };
  router.post("/", readAll).streamBody();
  Feed served(std::move(router));
  served.begin("POST", "/", {}, 5);
  served.piece("hell");
  served.clientStops();
  CHECK(heard == "the client stopped in the middle of the body");
  CHECK(toldStatus(served.takeTold()) == "400 Bad Request");
}

TEST_CASE("a handler that lets IncompleteBody out is answered for with 400, and not logged") {
  const ropewalk::test::CapturedLog log;
  StreamedBodies streams;
  Feed served(streams.router());
  served.begin("POST", "/len", {}, 5);
  served.piece("hell");
  served.clientStops();
  CHECK(toldStatus(served.takeTold()) == "400 Bad Request");
  CHECK(log.lines().empty());
}

TEST_CASE("a reader that is nobody's hears that the client has gone") {
  bool wasTold = false;
  Promise<Response> answer;
  Router router;
  const auto readAll = [&wasTold](Request& request) -> Deferred<void> {
    try {
      while (auto part = co_await request.read()) CHECK(*part == "hell");
    } catch (const CancelledError&) {
      wasTold = true;
    }
  };
  router
      .post("/",
            [&](Request& request) {
              spawn([&readAll, &request] { return readAll(request); });
              return answer.deferred();
            })
      .streamBody();
  Feed served(std::move(router));
  served.begin("POST", "/", {}, 5);
  served.piece("hell");
  CHECK(!wasTold);
  served.clientGoes();
  CHECK(wasTold);
}

}  // namespace
}  // namespace ropewalk::http::test
