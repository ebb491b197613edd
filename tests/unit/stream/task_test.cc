#include "ropewalk/task.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/sim/clock.h"
#include "support/captured_log.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

template <class T>
concept CanSleep = requires(T time) {
  sleep(time);
};

}  // namespace

// A number must not reach the C library's sleep(), which stops the thread.
static_assert(!CanSleep<int>);
static_assert(!CanSleep<unsigned>);
static_assert(!CanSleep<long>);
static_assert(!CanSleep<double>);
static_assert(CanSleep<std::chrono::seconds>);

TEST_CASE("sleep is done when its time is over, and never at once") {
  sim::Clock clock;
  const auto slept = sleep(10s, clock);
  const auto none = sleep(0s, clock);
  CHECK_FALSE(none.hasResult());
  clock.advance(0s);
  CHECK(none.hasResult());
  clock.advance(9999ms);
  CHECK_FALSE(slept.hasResult());
  clock.advance(1ms);
  CHECK(slept.hasResult());
}

TEST_CASE("cancelling a sleep takes its timer away and is CancelledError") {
  sim::Clock clock;
  auto slept = sleep(10s, clock);
  slept.cancel();
  CHECK(clock.getDelayedCalls().empty());
  bool wasCancelled = false;
  std::move(slept).addErrback(
      [&](const Failure& why) { wasCancelled = why.check<CancelledError>(); });
  CHECK(wasCancelled);
}

TEST_CASE("a negative sleep is an error at the call [TM6]") {
  sim::Clock clock;
  CHECK_THROWS_AS(static_cast<void>(sleep(-1s, clock)), NegativeDelay);
}

TEST_CASE("a coroutine that sleeps for ever is let go with its clock") {
  Story story;
  const auto sleeps = [&](sim::Clock& clock) -> Deferred<void> {
    try {
      Deferred<void> slept = sleep(1h, clock);
      co_await std::move(slept);
    } catch (const PromiseDropped&) {
      story.add("dropped");
    }
  };
  auto clock = std::make_unique<sim::Clock>();
  const auto done = sleeps(*clock);
  clock.reset();
  CHECK(story.text() == "dropped");
}

TEST_CASE("deferLater calls after its time, and is done with what comes of it [DF22]") {
  sim::Clock clock;
  int seen = 0;
  deferLater(clock, 10s, [] { return 7; }).addCallback([&](int n) { seen = n; });
  clock.advance(9s);
  CHECK(seen == 0);
  clock.advance(1s);
  CHECK(seen == 7);
}

TEST_CASE("deferLater that is cancelled in time never calls, and is CancelledError [DF22]") {
  sim::Clock clock;
  bool wasCalled = false;
  auto later = deferLater(clock, 10s, [&] { wasCalled = true; });
  later.cancel();
  clock.advance(20s);
  CHECK_FALSE(wasCalled);
  bool wasCancelled = false;
  std::move(later).addErrback(
      [&](const Failure& why) { wasCancelled = why.check<CancelledError>(); });
  CHECK(wasCancelled);
}

TEST_CASE("spawn keeps a closure until its coroutine is done, and logs its failure") {
  const test::CapturedLog log;
  sim::Clock clock;
  auto marker = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = marker;
  spawn([marker = std::move(marker), &clock]() -> Deferred<void> {
    Deferred<void> slept = sleep(1s, clock);
    co_await std::move(slept);
    throw std::runtime_error("spawned " + std::to_string(*marker));
  });
  CHECK_FALSE(watched.expired());
  clock.advance(1s);
  CHECK(watched.expired());
  CHECK(log.has("unhandled failure", "task_test.cc", "spawned 0"));
}

TEST_CASE("what is spawned belongs to nobody: a scope that ends does not end it") {
  Story story;
  sim::Clock clock;
  const detail::Ref<detail::Scope> scope(new detail::Scope);
  {
    const detail::Scope::Enter entered(scope.get());
    spawn([&]() -> Deferred<void> {
      Deferred<void> slept = sleep(1s, clock);
      co_await std::move(slept);
      story.add("done");
    });
  }
  scope->close();
  clock.advance(1s);
  CHECK(story.text() == "done");
}
