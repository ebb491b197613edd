// Timed calls on the real reactor and its real clock: TM1 to TM11. What they have in common with a
// Clock is in unit/core/clock_test.cc; TM12 is in fault_test.cc, because it needs a wall clock that
// can be moved.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a call with no delay never runs before callLater returns [TM1]") {
  Reactor reactor;
  bool hasReturned = false;
  bool ranAfter = false;
  reactor.callWhenRunning([&] {
    reactor.callLater(0s, [&] {
      ranAfter = hasReturned;
      reactor.stop();
    });
    hasReturned = true;
  });
  runUntilStopped(reactor);
  CHECK(ranAfter);
}

TEST_CASE("calls run in the order of their deadlines, and none early [TM2]") {
  Story story;
  Reactor reactor;
  const TimePoint start = reactor.now();
  for (const int delay : {30, 10, 20, 0, 25, 5, 15}) {
    reactor.callLater(std::chrono::milliseconds(delay), [&reactor, &story, start, delay] {
      CHECK(reactor.now() - start >= std::chrono::milliseconds(delay));
      story.add(std::to_string(delay));
    });
  }
  reactor.callLater(40ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() == "0, 5, 10, 15, 20, 25, 30");
}

TEST_CASE("calls with the same deadline run in the order in which they were asked for [TM3]") {
  Reactor reactor;
  std::vector<int> order;
  constexpr int kCalls = 1000;
  for (int i = 0; i < kCalls; ++i) {
    reactor.callLater(0s, [&order, i] { order.push_back(i); });
  }
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(order.size() == kCalls);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a call asked for by a call waits for the next turn, so that nobody starves [TM4]") {
  Story story;
  Reactor reactor;
  int left = 1000;
  std::function<void()> again = [&] {
    story.add("again");
    if (--left > 0) reactor.callLater(0s, again);
  };
  reactor.callLater(0s, again);
  reactor.callLater(0s, [&] {
    // Asked for before the second round: its turn comes first.
    story.add("the other one");
    reactor.callFromThread([&] { reactor.stop(); });
  });
  runUntilStopped(reactor);
  CHECK(left > 0);
  CHECK(story.events()[0] == "again");
  CHECK(story.events()[1] == "the other one");
}

TEST_CASE("a call asked for by a call takes its place among the others, as on a Clock [TM5]") {
  Story story;
  Reactor reactor;
  reactor.callLater(1ms, [&] {
    story.add("first");
    reactor.callLater(1ms, [&] { story.add("second"); });
    reactor.callLater(200ms, [&] {
      story.add("fourth");
      reactor.stop();
    });
  });
  reactor.callLater(100ms, [&] { story.add("third"); });
  runUntilStopped(reactor);
  CHECK(story.text() == "first, second, third, fourth");
}

TEST_CASE("a negative delay throws NegativeDelay where it is asked for [TM6]") {
  Reactor reactor;
  CHECK_THROWS_AS(reactor.callLater(-1ns, [] {}), NegativeDelay);
  CHECK_THROWS_AS(reactor.callLater(Duration::min(), [] {}), NegativeDelay);
  CHECK(reactor.getDelayedCalls().empty());
}

TEST_CASE("a cancelled call never runs, and cannot be cancelled again [TM7]") {
  Reactor reactor;
  bool hasRun = false;
  DelayedCall call = reactor.callLater(0s, [&] { hasRun = true; });
  CHECK(call.active());
  call.cancel();
  CHECK(!call.active());
  CHECK_THROWS_AS(call.cancel(), AlreadyCancelled);
  CHECK_THROWS_AS(call.reset(1s), AlreadyCancelled);
  CHECK_THROWS_AS(call.delay(1s), AlreadyCancelled);
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(!hasRun);
}

TEST_CASE("a call that has run, or runs, cannot be changed [TM7][TM10]") {
  Reactor reactor;
  DelayedCall call;
  bool wasActive = true;
  call = reactor.callLater(0s, [&] {
    wasActive = call.active();
    CHECK_THROWS_AS(call.cancel(), AlreadyCalled);
    CHECK_THROWS_AS(call.reset(1s), AlreadyCalled);
    CHECK_THROWS_AS(call.delay(1s), AlreadyCalled);
  });
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(!wasActive);
  CHECK(!call.active());
  CHECK_THROWS_AS(call.cancel(), AlreadyCalled);
  CHECK_THROWS_AS(call.reset(1s), AlreadyCalled);
}

TEST_CASE("a call cancelled by another one that is due at the same time does not run [TM7]") {
  Story story;
  Reactor reactor;
  DelayedCall second;
  reactor.callLater(0s, [&] {
    story.add("first");
    second.cancel();
  });
  second = reactor.callLater(0s, [&] { story.add("second"); });
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() == "first");
}

TEST_CASE("cancelling lets go of what the call holds at once [TM7]") {
  Reactor reactor;
  auto held = std::make_shared<int>(1);
  DelayedCall call = reactor.callLater(1h, [held] {});
  CHECK(held.use_count() == 2);
  call.cancel();
  CHECK(held.use_count() == 1);
}

TEST_CASE("delay and reset move a call, later or sooner, and the loop wakes in time [TM8]") {
  Story story;
  Reactor reactor;
  DelayedCall sooner = reactor.callLater(1h, [&] { story.add("sooner"); });
  DelayedCall later = reactor.callLater(1ms, [&] { story.add("later"); });
  const TimePoint due = later.getTime();
  later.delay(30ms);
  CHECK(later.getTime() == due + 30ms);
  DelayedCall last = reactor.callLater(0s, [&] { reactor.stop(); });
  last.reset(50ms);
  // While the loop waits for something else already.
  reactor.callLater(1ms, [&] { sooner.reset(5ms); });
  runUntilStopped(reactor);
  CHECK(story.text() == "sooner, later");
}

TEST_CASE("a call moved by itself is refused, by others in time it is not run early [TM8]") {
  Story story;
  Reactor reactor;
  DelayedCall second;
  reactor.callLater(0s, [&] {
    story.add("first");
    second.reset(10ms);
  });
  second = reactor.callLater(0s, [&] { story.add("second"); });
  reactor.callLater(2ms, [&] { story.add("between"); });
  reactor.callLater(30ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() == "first, between, second");
}

TEST_CASE("getTime is the deadline, and getDelayedCalls lists exactly the calls to come [TM9]") {
  Reactor reactor;
  const TimePoint before = reactor.now();
  DelayedCall first = reactor.callLater(10s, [] {});
  DelayedCall second = reactor.callLater(20s, [] {});
  DelayedCall third = reactor.callLater(0s, [] {});
  const TimePoint after = reactor.now();
  CHECK(first.getTime() >= before + 10s);
  CHECK(first.getTime() <= after + 10s);
  CHECK(reactor.getDelayedCalls().size() == 3);
  CHECK(reactor.statistics().timers == 3);
  second.cancel();
  reactor.iterate();
  CHECK(!third.active());
  const std::vector<DelayedCall> left = reactor.getDelayedCalls();
  REQUIRE(left.size() == 1);
  CHECK(left[0].getTime() == first.getTime());
  CHECK(left[0].active());
}

TEST_CASE("callLater with stop stops the reactor [TM11]") {
  Reactor reactor;
  reactor.callLater(0s, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(!reactor.isRunning());
}

TEST_CASE("a hundred thousand calls made and cancelled leave nothing behind [TM7][TM9]") {
  Reactor reactor;
  std::vector<DelayedCall> calls;
  constexpr int kCalls = 100'000;
  for (int i = 0; i < kCalls; ++i) {
    calls.push_back(reactor.callLater(std::chrono::milliseconds((i * 7919) % 100'000 + 1000),
                                      [] { FAIL_CHECK("a cancelled call ran"); }));
  }
  CHECK(reactor.statistics().timers == kCalls);
  for (DelayedCall& call : calls) call.cancel();
  CHECK(reactor.statistics().timers == 0);
  CHECK(reactor.getDelayedCalls().empty());
}

}  // namespace
}  // namespace ropewalk::test
