#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/sim/clock.h"
#include "support/story.h"

using namespace ropewalk;
using test::Story;

namespace {

struct Waiting {
  Deferred<void> start(std::chrono::nanoseconds time = 5s) {
    return promise.deferred()
        .addTimeout(time, clock)
        .addCallbacks([this](int value) { story.add(std::to_string(value)); },
                      [this](const Failure& why) {
                        story.add(std::string(why.typeName()) + ": " + std::string(why.what()));
                      });
  }

  Story story;
  sim::Clock clock;
  Promise<int> promise;
};

}  // namespace

TEST_CASE("addTimeout fails with DeferredTimeoutError when the time is over, not before [DF10]") {
  Waiting waiting;
  const auto end = waiting.start();
  waiting.clock.advance(4999ms);
  CHECK(waiting.story.text() == "");
  waiting.clock.advance(1ms);
  CHECK(waiting.story.text() == "ropewalk::DeferredTimeoutError: timed out after 5 s");
  CHECK(waiting.clock.getDelayedCalls().empty());
}

TEST_CASE("addTimeout says how long it waited, to the last digit that counts [DF10]") {
  Waiting waiting;
  const auto end = waiting.start(1250ms);
  waiting.clock.advance(2s);
  CHECK(waiting.story.text() == "ropewalk::DeferredTimeoutError: timed out after 1.25 s");
}

TEST_CASE("a result in time passes unchanged and takes the timer away [DF10]") {
  Waiting waiting;
  const auto end = waiting.start();
  waiting.clock.advance(4s);
  CHECK(waiting.clock.getDelayedCalls().size() == 1);
  waiting.promise.callback(3);
  CHECK(waiting.story.text() == "3");
  CHECK(waiting.clock.getDelayedCalls().empty());
}

TEST_CASE("a failure in time passes unchanged and takes the timer away [DF10]") {
  Waiting waiting;
  const auto end = waiting.start();
  waiting.promise.errback(Failure::of(std::runtime_error("broken")));
  CHECK(waiting.story.text() == "std::runtime_error: broken");
  CHECK(waiting.clock.getDelayedCalls().empty());
}

TEST_CASE("cancelling in time stays CancelledError [DF10]") {
  Waiting waiting;
  auto end = waiting.start();
  end.cancel();
  CHECK(waiting.story.text() == "ropewalk::CancelledError: cancelled");
  CHECK(waiting.clock.getDelayedCalls().empty());
}

TEST_CASE("the time's end runs the canceller, and what that fires is the result [DF10]") {
  Waiting waiting;
  waiting.promise.onCancel([&] { waiting.promise.callback(8); });
  const auto end = waiting.start();
  waiting.clock.advance(5s);
  CHECK(waiting.story.text() == "8");
}

TEST_CASE("addTimeout needs no timer for what has its result [DF10]") {
  Waiting waiting;
  waiting.promise.callback(2);
  const auto end = waiting.start();
  CHECK(waiting.story.text() == "2");
  CHECK(waiting.clock.getDelayedCalls().empty());
}

TEST_CASE("addTimeout refuses a negative time and leaves the Deferred as it was [DF10]") {
  sim::Clock clock;
  Promise<int> promise;
  Deferred<int> deferred = promise.deferred();
  CHECK_THROWS_AS((void)std::move(deferred).addTimeout(-1ns, clock), NegativeDelay);
  REQUIRE(deferred);
  int got = 0;
  const auto end = std::move(deferred).addTimeout(0ns, clock).addCallback([&](int v) { got = v; });
  promise.callback(4);
  CHECK(got == 4);
}

TEST_CASE("addTimeout holds for the waiting, also after the Deferred was dropped [DF10]") {
  Waiting waiting;
  { const auto dropped = waiting.start(); }
  waiting.clock.advance(5s);
  CHECK(waiting.story.text() == "ropewalk::DeferredTimeoutError: timed out after 5 s");
}

TEST_CASE("addTimeout does not look like a connect that failed [DF10]") {
  sim::Clock clock;
  Promise<void> promise;
  Failure why;
  const auto end = promise.deferred().addTimeout(5s, clock).addErrback(
      [&](const Failure& failure) { why = failure; });
  clock.advance(5s);
  CHECK(why.check<DeferredTimeoutError>());
  CHECK_FALSE(why.check<ConnectError>());
}
