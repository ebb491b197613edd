#pragma once

// Handlers: how they answer, fail, are cancelled and hear of the end.
//
// Test cases, for a test that has said which Feed they are to hold on.

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"

namespace ropewalk::http::test {
namespace {

TEST_CASE("a handler that throws is answered for with 500, and the connection stays usable [WS6]") {
  const ropewalk::test::CapturedLog log;
  Router router;
  router.get("/now", [](Request&) -> Response { throw std::runtime_error("oops"); });
  router.get("/later", [](Request&) -> Deferred<Response> {
    co_await succeed();
    throw std::runtime_error("later oops");
  });
  router.get("/int", [](Request&) -> Response { throw 42; });
  router.get("/empty", [](Request&) { return Deferred<Response>(); });
  Feed served(std::move(router));
  for (const char* target : {"/now", "/later", "/int", "/empty"}) {
    CAPTURE(target);
    CHECK(toldStatus(served.get(target)) == "500 Internal Server Error");
  }
  CHECK(served.mayAskAgain());
  CHECK(log.text().find("GET /now: the handler threw") != std::string::npos);
  CHECK(log.text().find("later oops") != std::string::npos);
  CHECK(log.text().find("an empty Deferred") != std::string::npos);
}

TEST_CASE(
    "a handler that is a capturing coroutine keeps its captures and its request until it is done") {
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
  Feed served(std::move(router));
  CHECK(served.get("/x", "User-Agent: somebody\r\n") == "");
  gate.callback();
  CHECK(served.takeTold().find("a rather long word that lives on the heap x somebody") !=
        std::string::npos);
}

TEST_CASE("every kind of handler answers [WS7]") {
  Router router;
  router.get("/value", [](Request&) { return Response::text("value"); });
  router.get("/deferred", [](Request&) { return succeed(Response::text("deferred")); });
  router.get("/coroutine", [](Request&) -> Deferred<Response> {
    co_await succeed();
    co_return Response::text("coroutine");
  });
  router.get("/sleeper", [](Request& request) -> Deferred<Response> {
    co_await sleep(1s, request.reactor());
    co_return Response::text("sleeper");
  });
  Feed served(std::move(router));
  CHECK(served.get("/value") == toldText("value"));
  CHECK(served.get("/deferred") == toldText("deferred"));
  CHECK(served.get("/coroutine") == toldText("coroutine"));
  CHECK(served.get("/sleeper") == "");
  served.advance(1s);
  CHECK(served.takeTold() == toldText("sleeper"));
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
  Feed served(std::move(router));
  served.get("/");
  CHECK(!cancelled);
  served.clientGoes();
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
  Feed served(std::move(router));
  CHECK(served.get("/") == toldText("done"));
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
  Feed served(std::move(router));
  served.get("/");
  CHECK(reasons.empty());
  served.clientGoes();
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
  Feed served(std::move(router));
  served.get("/");
  waiting[0].callback(Response::text("one"));
  CHECK(heard == "sent ");
  served.get("/");
  served.clientGoes();
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
  Feed served(std::move(router));
  served.get("/");
  CHECK(served.isBrokenOff());
  CHECK(heard == "ropewalk::ConnectionAborted");
}

}  // namespace
}  // namespace ropewalk::http::test
