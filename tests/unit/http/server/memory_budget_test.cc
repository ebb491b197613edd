// HTTP while more is held than the memory budget.

#include "ropewalk/memory_budget.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "support/memory_shortage.h"
#include "unit/http/served.h"

namespace ropewalk::http::test {
namespace {

using ropewalk::test::MemoryShortage;
using ropewalk::test::QuietLog;
using ropewalk::test::SmallBudget;

constexpr std::size_t kBody = 100'000;
constexpr std::string_view kRefused = "HTTP/1.1 503 Service Unavailable";
constexpr std::string_view kLater = "Retry-After: 10\r\n";

std::string post(std::string_view target, std::size_t length, std::string_view fields = {}) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

// /count collects the body; /stream reads it when it is told to; /large answers with much of it.
struct Handlers {
  Router router() {
    Router routes = echoRouter();
    routes.post("/count", [this](Request& request) {
      ++calls;
      return Response::text(std::to_string(request.body().size()));
    });
    routes
        .post("/stream",
              [this](Request& request) -> Deferred<Response> {
                co_await go.deferred();
                std::size_t size = 0;
                while (auto piece = co_await request.read()) size += piece->size();
                co_return Response::text(std::to_string(size));
              })
        .streamBody();
    routes.get("/large", [this](Request&) -> Deferred<Response> {
      co_await go.deferred();
      co_return Response::text(std::string(kBody, 'x'));
    });
    return routes;
  }

  int calls = 0;
  Promise<void> go;
};

TEST_CASE("a request that comes in one piece is not charged, nor is its answer") {
  const std::size_t before = memoryHeld();
  Handlers handlers;
  Served served(handlers.router());
  CHECK(served.ask(post("/count", kBody) + std::string(kBody, 'x')) == textAnswer("100000"));
  CHECK(memoryHeld() == before);
}

TEST_CASE("heads and bodies that are on their way are charged until the request is answered") {
  const std::size_t before = memoryHeld();
  Handlers handlers;
  {
    Served served(handlers.router());
    const std::string head = post("/count", kBody, "X-Long: " + std::string(3000, 'x') + "\r\n");
    served.ask(head.substr(0, 3000));
    CHECK(memoryHeld() - before >= 3000);
    served.ask(head.substr(3000) + std::string(kBody / 2, 'x'));
    CHECK(memoryHeld() - before >= kBody / 2 + 3000);
    CHECK(memoryHeld() - before <= kBody + 10'000);
    CHECK(served.ask(std::string(kBody / 2, 'x')) == textAnswer("100000"));
    CHECK(memoryHeld() == before);
    served.ask(post("/count", kBody) + std::string(kBody / 2, 'x'));
    CHECK(memoryHeld() > before);
  }
  CHECK(memoryHeld() == before);
}

TEST_CASE("requests that wait behind another one are charged") {
  const std::size_t before = memoryHeld();
  Handlers handlers;
  Served served(handlers.router());
  served.get("/large");
  const std::size_t held = memoryHeld();
  served.ask(post("/count", 5000) + std::string(5000, 'x'));
  CHECK(memoryHeld() - held >= 5000);
  handlers.go.callback();
  served.transport.settle();
  CHECK(answersIn(served.transport.takeWritten()) == 2);
  CHECK(memoryHeld() == before);
}

TEST_CASE("a request that comes while memory is short gets 503 with Retry-After") {
  const QuietLog quiet;
  MemoryShortage shortage;
  Handlers handlers;
  Served served(handlers.router());
  const std::string small = served.get("/");
  CHECK(statusOf(small) == kRefused);
  CHECK(small.find(kLater) != std::string::npos);
  CHECK(small.find("Connection: close") == std::string::npos);
  const std::string posted = served.ask(post("/count", 1000) + std::string(1000, 'x'));
  CHECK(statusOf(posted) == kRefused);
  CHECK(handlers.calls == 0);
  shortage.end();
  CHECK(served.ask(post("/count", 3) + "abc") == textAnswer("3"));
}

TEST_CASE("the body of a request that got 503 is thrown away, or costs the connection") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  const MemoryShortage shortage;
  Handlers handlers;
  Served served(handlers.router());
  SUBCASE("a short one") {
    CHECK(statusOf(served.ask(post("/count", 50'000))) == kRefused);
    CHECK(served.ask(std::string(50'000, 'x')) == "");
    CHECK(statusOf(served.get("/")) == kRefused);
  }
  SUBCASE("a long one") {
    const std::string refused = served.ask(post("/count", kBody));
    CHECK(statusOf(refused) == kRefused);
    CHECK(refused.find("Connection: close") != std::string::npos);
    served.ask(std::string(kBody, 'x'));
    CHECK(served.transport.isDisconnecting());
  }
  CHECK(memoryHeld() - before < 1024 * 1024 + 100);
}

TEST_CASE("a body is collected up to the budget, and dropped with 503 above it") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  Handlers handlers;
  Served served(handlers.router());
  served.ask(post("/count", kBody) + std::string(kBody - 2, 'x'));
  const std::size_t held = memoryHeld() - before;
  SUBCASE("at the budget") {
    const SmallBudget budget(before + held);
    CHECK(served.ask("x") == "");
    CHECK(served.ask("x") == textAnswer("100000"));
    CHECK(handlers.calls == 1);
  }
  SUBCASE("above it") {
    const SmallBudget budget(before + held - 1);
    const std::string refused = served.ask("x");
    CHECK(statusOf(refused) == kRefused);
    CHECK(refused.find(kLater) != std::string::npos);
    CHECK(refused.find("Connection: close") != std::string::npos);
    CHECK(served.transport.isDisconnecting());
    CHECK(memoryHeld() < before + 1000);
    CHECK(handlers.calls == 0);
  }
}

TEST_CASE("an unfinished head gets 503 while memory is short") {
  const QuietLog quiet;
  const MemoryShortage shortage;
  Handlers handlers;
  Served served(handlers.router());
  CHECK(statusOf(served.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Unfinished: a rather long field")) ==
        kRefused);
  CHECK(served.transport.isDisconnecting());
}

TEST_CASE("no more of a streamed body is read than its handler takes while memory is short") {
  const QuietLog quiet;
  MemoryShortage shortage;
  shortage.end();
  Handlers handlers;
  Served served(handlers.router());
  served.ask(post("/stream", 3000) + std::string(1000, 'x'));
  CHECK(served.transport.isReading());
  shortage.begin();
  served.ask(std::string(1000, 'x'));
  CHECK_FALSE(served.transport.isReading());
  served.ask(std::string(1000, 'x'));
  handlers.go.callback();
  served.transport.settle();
  CHECK(served.transport.takeWritten() == textAnswer("3000"));
}

TEST_CASE("nothing is read behind a request that waits while memory is short") {
  const QuietLog quiet;
  MemoryShortage shortage;
  shortage.end();
  Handlers handlers;
  Served served(handlers.router());
  served.get("/large");
  shortage.begin();
  served.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK_FALSE(served.transport.isReading());
  shortage.end();
  handlers.go.callback();
  served.transport.settle();
  CHECK(answersIn(served.transport.takeWritten()) == 2);
  CHECK(served.transport.isReading());
}

TEST_CASE("a long answer that is ready when memory is short is replaced by 503") {
  const QuietLog quiet;
  MemoryShortage shortage;
  shortage.end();
  Handlers handlers;
  Served served(handlers.router());
  CHECK(served.get("/large") == "");
  shortage.begin();
  handlers.go.callback();
  served.transport.settle();
  CHECK(statusOf(served.transport.takeWritten()) == kRefused);
}

TEST_CASE(
    "of 100 unfinished bodies those that exceed the budget are refused, and the rest goes on") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  constexpr std::size_t kBudget = 3'000'000;
  const SmallBudget budget(before + kBudget);
  Handlers handlers;
  std::vector<std::unique_ptr<Served>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<Served>(handlers.router()));
    clients.back()->ask(post("/count", kBody));
  }
  std::size_t most = 0;
  for (int piece = 0; piece < 9; ++piece) {
    for (const auto& client : clients) {
      if (!client->transport.isDisconnecting()) {
        client->protocol().dataReceived(std::string(kBody / 10, 'x'));
      }
      most = std::max(most, memoryHeld() - before);
    }
  }
  CHECK(most <= kBudget + 2 * kBody);
  CHECK(most > kBudget / 2);
  int served = 0;
  int refused = 0;
  for (const auto& client : clients) {
    if (client->transport.isDisconnecting()) {
      refused += statusOf(client->transport.takeWritten()) == kRefused ? 1 : 0;
    } else {
      const std::string answered = client->ask(std::string(kBody / 10, 'x'));
      served += answered == textAnswer("100000") ? 1 : 0;
    }
  }
  CHECK(served + refused == 100);
  CHECK(served >= 10);
  CHECK(memoryHeld() - before < 100 * 100);  // the heads of those that linger
}

}  // namespace
}  // namespace ropewalk::http::test
