#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/detached.h"
#include "support/captured_log.h"

using namespace ropewalk;
using test::CapturedLog;

namespace {

Failure broken() { return Failure::of(std::runtime_error("broken")); }

// The place of the line after the one that this stands on.
std::string nextLine(unsigned line = __builtin_LINE()) {
  return "unhandled_failure_test.cc:" + std::to_string(line + 1) + ":";
}

Deferred<void> throwsAfter(Deferred<void> waited) {
  co_await std::move(waited);
  throw std::runtime_error("broken");
}

}  // namespace

TEST_CASE("an unhandled failure is reported once, with its place, when it is dropped [DF14]") {
  const CapturedLog log;
  std::string place;
  {
    place = nextLine();
    const Deferred<int> failed = fail<int>(broken());
    CHECK(log.lines().empty());
  }
  CHECK(log.lines().size() == 1);
  CHECK(log.has("unhandled failure in the Deferred made at", place, "std::runtime_error: broken"));
}

TEST_CASE("an unhandled failure is reported for the end of its chain [DF14]") {
  const CapturedLog log;
  Promise<int> promise;
  auto start = promise.deferred();
  const std::string place = nextLine();
  std::move(start).addCallback([](int n) { return n; });
  promise.errback(broken());
  CHECK(log.lines().size() == 1);
  CHECK(log.has(place));
}

TEST_CASE("an unhandled failure of a promise without its Deferred is reported [DF14]") {
  const CapturedLog log;
  {
    Promise<int> promise;
    promise.errback(broken());
    CHECK(log.lines().empty());
  }
  CHECK(log.lines().size() == 1);
}

TEST_CASE("a failure that was handled is not reported, however late that was [DF14]") {
  const CapturedLog log;
  Deferred<int> failed = fail<int>(broken());
  Deferred<int> moved = std::move(failed).addCallback([](int n) { return n; });
  std::move(moved).addErrback([](const Failure&) { return 0; });
  fail<int>(broken()).addBoth([](const Result<int>&) {});
  CHECK(log.lines().empty());
}

TEST_CASE("an inner failure is the outer one's to report [DF14]") {
  const CapturedLog log;
  Promise<int> inner;
  auto outer = succeed().addCallback([&] { return inner.deferred(); });
  inner.errback(broken());
  CHECK(log.lines().empty());
  std::move(outer).addErrback([](const Failure&) { return 0; });
  CHECK(log.lines().empty());
}

TEST_CASE("a coroutine's exception that nobody hears of is reported [DF14]") {
  const CapturedLog log;
  Promise<void> promise;
  (void)throwsAfter(promise.deferred());
  CHECK(log.lines().empty());
  promise.callback();
  CHECK(log.lines().size() == 1);
  CHECK(log.has("unhandled_failure_test.cc:", "broken"));
}

TEST_CASE("a coroutine's exception that another one catches is not reported [DF14]") {
  const CapturedLog log;
  Promise<void> promise;
  std::string seen;
  const auto catches = [&](Deferred<void> waited) -> Deferred<void> {
    try {
      co_await throwsAfter(std::move(waited));
    } catch (const std::runtime_error& error) {
      seen = error.what();
    }
  };
  const auto done = catches(promise.deferred());
  promise.callback();
  CHECK(seen == "broken");
  CHECK(log.lines().empty());
}

TEST_CASE("who cancels is not told that something was cancelled, but at debug level [DF14]") {
  CapturedLog log;
  const auto cancelAndDrop = [] {
    Promise<int> promise;
    promise.deferred().cancel();
  };
  cancelAndDrop();
  {
    Promise<int>().deferred().addCallback([](int) {});
  }
  CHECK(log.lines().empty());
  setLogLevel(LogLevel::Debug);
  cancelAndDrop();
  CHECK(log.has("ropewalk::CancelledError: cancelled"));
}

TEST_CASE(
    "a detached callable lives until its Deferred is done, whose failure is reported [DF14]") {
  const CapturedLog log;
  Promise<void> promise;
  auto marker = std::make_shared<int>(0);
  const std::weak_ptr<int> callable = marker;
  {
    auto run = detail::detached([marker = std::move(marker), &promise]() -> Deferred<void> {
      co_await promise.deferred();
      throw std::runtime_error("broken" + std::to_string(*marker));
    });
    run();
  }
  CHECK_FALSE(callable.expired());
  promise.callback();
  CHECK(callable.expired());
  CHECK(log.has("unhandled_failure_test.cc:", "broken0"));
}

TEST_CASE("a detached callable may return anything, and what it throws reaches the caller") {
  int calls = 0;
  detail::detached([&calls] { return ++calls; })();
  CHECK(calls == 1);
  auto throws = detail::detached([] { throw std::runtime_error("broken"); });
  CHECK_THROWS_WITH(throws(), "broken");
}
