#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/http/served.h"

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
  Served served(std::move(router));
  for (const char* target : {"/now", "/later", "/int", "/empty"}) {
    CAPTURE(target);
    CHECK(statusOf(served.get(target)) == "HTTP/1.1 500 Internal Server Error");
  }
  CHECK(!served.transport.isDisconnecting());
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
  Served served(std::move(router));
  CHECK(served.get("/x", "User-Agent: somebody\r\n") == "");
  served.ask("GET /" + std::string(2'000, 'x'));  // where the head was received
  gate.callback();
  CHECK(served.transport.takeWritten().find(
            "a rather long word that lives on the heap x somebody") != std::string::npos);
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
  Served served(std::move(router));
  CHECK(served.get("/value") == textAnswer("value"));
  CHECK(served.get("/deferred") == textAnswer("deferred"));
  CHECK(served.get("/coroutine") == textAnswer("coroutine"));
  CHECK(served.get("/sleeper") == "");
  served.transport.advance(1s);
  CHECK(served.transport.takeWritten() == textAnswer("sleeper"));
}

}  // namespace
}  // namespace ropewalk::http::test
