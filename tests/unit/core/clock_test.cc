// Timed calls on a Clock, where time passes when the test says so: TM1 to TM10. The same rules hold
// on the reactor: interop/core/time_test.cc.

#include "ropewalk/sim/clock.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/sim/no_progress.h"
#include "support/captured_log.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

TEST_CASE("on a Clock a call with no delay waits for the next advance [TM1]") {
  sim::Clock clock;
  int ran = 0;
  clock.callLater(0s, [&] { ++ran; });
  CHECK(ran == 0);
  clock.advance(0s);
  CHECK(ran == 1);
  clock.advance(1s);
  CHECK(ran == 1);
}

TEST_CASE("on a Clock calls run in the order of their deadlines, at their deadlines [TM2]") {
  sim::Clock clock;
  Story story;
  for (const int delay : {3, 1, 2, 5, 4}) {
    clock.callLater(std::chrono::seconds(delay), [&clock, &story, delay] {
      CHECK(clock.now() == TimePoint{} + std::chrono::seconds(delay));
      story.add(std::to_string(delay));
    });
  }
  clock.advance(4s);
  CHECK(story.text() == "1, 2, 3, 4");
  CHECK(clock.now() == TimePoint{} + 4s);
}

TEST_CASE("on a Clock a call is due at its deadline, not a nanosecond earlier [TM2]") {
  sim::Clock clock;
  bool hasRun = false;
  clock.callLater(10s, [&] { hasRun = true; });
  clock.advance(10s - 1ns);
  CHECK(!hasRun);
  clock.advance(1ns);
  CHECK(hasRun);
}

TEST_CASE("on a Clock calls with the same deadline run in the order of asking [TM3]") {
  sim::Clock clock;
  std::vector<int> order;
  constexpr int kCalls = 1000;
  for (int i = 0; i < kCalls; ++i) clock.callLater(7s, [&order, i] { order.push_back(i); });
  clock.advance(7s);
  CHECK(order.size() == kCalls);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("on a Clock a call moved onto another one's deadline runs behind it [TM3][TM8]") {
  sim::Clock clock;
  Story story;
  DelayedCall moved = clock.callLater(1s, [&] { story.add("moved"); });
  clock.callLater(5s, [&] { story.add("there"); });
  moved.reset(5s);
  clock.advance(5s);
  CHECK(story.text() == "there, moved");
}

TEST_CASE("on a Clock a call asked for by a call waits for the next turn [TM4]") {
  sim::Clock clock;
  Story story;
  clock.callLater(1s, [&] {
    story.add("outer");
    clock.callLater(0s, [&] { story.add("nested"); });
  });
  clock.callLater(1s, [&] { story.add("other"); });
  clock.advance(1s);
  CHECK(story.text() == "outer, other, nested");
}

TEST_CASE("on a Clock a call that becomes due within an advance runs within it, in time [TM5]") {
  sim::Clock clock;
  Story story;
  const auto tell = [&](const char* what) {
    story.add(what + std::to_string((clock.now() - TimePoint{}) / 1s));
  };
  clock.callLater(1s, [&] {
    tell("first at ");
    clock.callLater(2s, [&] { tell("second at "); });
    clock.callLater(20s, [&] { tell("third at "); });
  });
  clock.callLater(5s, [&] { tell("other at "); });
  clock.advance(10s);
  CHECK(story.text() == "first at 1, second at 3, other at 5");
  clock.advance(11s);
  CHECK(story.events().back() == "third at 21");
}

TEST_CASE("on a Clock a call that asks for itself without delay ends in NoProgress [TM5]") {
  sim::Clock clock;
  std::function<void()> again = [&] { clock.callLater(0s, again); };
  clock.callLater(0s, again);
  CHECK_THROWS_AS(clock.advance(1s), sim::NoProgress);
}

TEST_CASE("on a Clock a negative delay throws NegativeDelay [TM6]") {
  sim::Clock clock;
  CHECK_THROWS_AS(clock.callLater(-1ns, [] {}), NegativeDelay);
  CHECK_THROWS_AS(clock.advance(-1ns), NegativeDelay);
  CHECK(clock.getDelayedCalls().empty());
}

TEST_CASE("on a Clock a cancelled call never runs, and cannot be changed again [TM7]") {
  sim::Clock clock;
  auto held = std::make_shared<int>(0);
  DelayedCall call = clock.callLater(1s, [held] { ++*held; });
  call.cancel();
  CHECK(held.use_count() == 1);
  CHECK(!call.active());
  CHECK_THROWS_AS(call.cancel(), AlreadyCancelled);
  CHECK_THROWS_AS(call.reset(1s), AlreadyCancelled);
  CHECK_THROWS_AS(call.delay(1s), AlreadyCancelled);
  clock.advance(2s);
  CHECK(*held == 0);
}

TEST_CASE(
    "on a Clock a call that runs or has run is not active and cannot be changed [TM7][TM10]") {
  sim::Clock clock;
  DelayedCall call;
  call = clock.callLater(1s, [&] {
    CHECK(!call.active());
    CHECK_THROWS_AS(call.cancel(), AlreadyCalled);
  });
  CHECK(call.active());
  clock.advance(1s);
  CHECK(!call.active());
  CHECK_THROWS_AS(call.cancel(), AlreadyCalled);
  CHECK_THROWS_AS(call.reset(1s), AlreadyCalled);
  CHECK_THROWS_AS(call.delay(1s), AlreadyCalled);
}

TEST_CASE("on a Clock delay adds to the deadline, reset counts from now [TM8]") {
  sim::Clock clock;
  DelayedCall call = clock.callLater(10s, [] {});
  clock.advance(4s);
  call.delay(5s);
  CHECK(call.getTime() == TimePoint{} + 15s);
  call.reset(5s);
  CHECK(call.getTime() == TimePoint{} + 9s);
  clock.advance(4s);
  CHECK(call.active());
  clock.advance(1s);
  CHECK(!call.active());
}

TEST_CASE("on a Clock getDelayedCalls lists exactly the calls to come [TM9]") {
  sim::Clock clock;
  DelayedCall first = clock.callLater(1s, [] {});
  DelayedCall second = clock.callLater(2s, [] {});
  DelayedCall third = clock.callLater(3s, [] {});
  second.cancel();
  CHECK(clock.getDelayedCalls().size() == 2);
  clock.advance(1s);
  const std::vector<DelayedCall> left = clock.getDelayedCalls();
  REQUIRE(left.size() == 1);
  CHECK(left[0].getTime() == third.getTime());
}

TEST_CASE("on a Clock an exception out of a call is logged and the others run [RC19]") {
  const CapturedLog log;
  sim::Clock clock;
  bool hasRun = false;
  clock.callLater(1s, [] { throw std::runtime_error("in a timed call"); });
  clock.callLater(1s, [] { throw 42; });
  clock.callLater(1s, [&] { hasRun = true; });
  clock.advance(1s);
  CHECK(hasRun);
  CHECK(log.has("in a timed call"));
}

}  // namespace
}  // namespace ropewalk::test
