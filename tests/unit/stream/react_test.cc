// react() on a reactor of its own. Nothing here waits for time to pass.

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "ropewalk/reactor.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

// react() with a fresh reactor as the current one.
template <class F>
int reactAlone(F&& main) {
  Reactor own;
  const CurrentReactor current(own);
  return react(std::forward<F>(main));
}

Deferred<int> answers() {
  Deferred<void> turn = sleep(0s);
  co_await std::move(turn);
  co_return 42;
}

}  // namespace

TEST_CASE("react returns the exit code that main comes to [DF23]") {
  CHECK(reactAlone(answers) == 42);
  CHECK(reactAlone([] { return 7; }) == 7);
  CHECK(reactAlone([] { return succeed(8); }) == 8);
}

TEST_CASE("react returns 0 for a main that comes to nothing [DF23]") {
  bool wasRunning = false;
  CHECK(reactAlone([&] { wasRunning = reactor().isRunning(); }) == 0);
  CHECK(wasRunning);
  const auto waits = []() -> Deferred<void> {
    Deferred<void> turn = sleep(0s);
    co_await std::move(turn);
  };
  CHECK(reactAlone(waits) == 0);
}

TEST_CASE("react returns 1 for a main that fails, and logs why [DF23]") {
  const test::CapturedLog log;
  const auto fails = []() -> Deferred<int> {
    Deferred<void> turn = sleep(0s);
    co_await std::move(turn);
    throw std::runtime_error("main broke");
  };
  CHECK(reactAlone(fails) == 1);
  CHECK(log.lines().size() == 1);
  CHECK(log.has("main: std::runtime_error: main broke"));
  CHECK(reactAlone([]() -> int { throw std::runtime_error("at once"); }) == 1);
  CHECK(log.has("at once"));
}

TEST_CASE("a main that is cancelled by somebody else has failed [DF23]") {
  const test::CapturedLog log;
  CHECK(reactAlone([]() -> int { throw CancelledError(); }) == 1);
  CHECK(log.has("main: ropewalk::CancelledError"));
}

TEST_CASE("a stop beside the one by react is ignored [DF23]") {
  const test::CapturedLog log;
  CHECK(reactAlone([] {
          reactor().stop();
          return 3;
        }) == 3);
  CHECK(log.lines().empty());
}

TEST_CASE(
    "a main that is not done when the reactor stops is cancelled, and react returns 0 [DF23]") {
  const test::CapturedLog log;
  Story story;
  const auto waits = [&]() -> Deferred<int> {
    reactor().callLater(0s, [] { reactor().stop(); });
    try {
      Deferred<void> slept = sleep(1h);
      co_await std::move(slept);
    } catch (const CancelledError&) {
      story.add("cancelled");
      throw;
    }
    co_return 1;
  };
  CHECK(reactAlone(waits) == 0);
  CHECK(story.text() == "cancelled");
  CHECK(log.lines().empty());
}

TEST_CASE("a main that makes something of being cancelled says what the exit code is [DF23]") {
  const auto waits = []() -> Deferred<int> {
    reactor().callLater(0s, [] { reactor().stop(); });
    try {
      Deferred<void> slept = sleep(1h);
      co_await std::move(slept);
    } catch (const CancelledError&) {
    }
    co_return 5;
  };
  CHECK(reactAlone(waits) == 5);
}
