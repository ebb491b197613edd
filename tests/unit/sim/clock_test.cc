#include "ropewalk/sim/clock.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/sim/no_progress.h"

using namespace ropewalk;
using sim::Clock;

namespace {

Duration since0(TimePoint when) { return when.time_since_epoch(); }

}  // namespace

TEST_CASE("Clock never runs a call before callLater returned, and then on an advance of 0s [TM1]") {
  Clock clock;
  bool ran = false;
  clock.callLater(0s, [&] { ran = true; });
  CHECK(!ran);
  clock.advance(0s);
  CHECK(ran);
}

TEST_CASE("Clock runs calls in order of their deadlines [TM2]") {
  Clock clock;
  std::string order;
  clock.callLater(3s, [&] { order += '3'; });
  clock.callLater(1s, [&] { order += '1'; });
  clock.callLater(2s, [&] { order += '2'; });
  clock.advance(10s);
  CHECK(order == "123");
}

TEST_CASE("Clock runs calls of equal deadlines in the order they were asked for [TM3]") {
  Clock clock;
  std::vector<int> order;
  for (int i = 0; i < 200; ++i) clock.callLater(1s, [&order, i] { order.push_back(i); });
  clock.advance(1s);
  REQUIRE(order.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("Clock has a call that was asked for in a call wait for the others that are due [TM4]") {
  Clock clock;
  std::string order;
  clock.callLater(1s, [&] {
    order += 'a';
    clock.callLater(0s, [&] { order += 'c'; });
  });
  clock.callLater(1s, [&] { order += 'b'; });
  clock.advance(1s);
  CHECK(order == "abc");
}

TEST_CASE("Clock runs calls that became due within the same advance, each at its own time [TM5]") {
  Clock clock;
  std::vector<Duration> times;
  clock.callLater(1s, [&] {
    times.push_back(since0(clock.now()));
    clock.callLater(1s, [&] { times.push_back(since0(clock.now())); });
  });
  clock.advance(5s);
  CHECK(times == std::vector<Duration>{1s, 2s});
  CHECK(since0(clock.now()) == 5s);
}

TEST_CASE("Clock goes to the end of time, where what is never to be has not been") {
  Clock clock;
  clock.advance(1s);
  bool ran = false;
  bool never = false;
  clock.callLater(std::chrono::years(200), [&] { ran = true; });
  clock.callLater(Duration::max(), [&] { never = true; });
  clock.advance(Duration::max());
  CHECK(ran);
  CHECK(!never);
  const TimePoint end = clock.now();
  clock.advance(1s);
  CHECK(clock.now() == end);
  CHECK(!never);
}

TEST_CASE("Clock refuses a negative delay at the call [TM6]") {
  Clock clock;
  CHECK_THROWS_AS(clock.callLater(-1s, [] {}), NegativeDelay);
  CHECK_THROWS_AS(clock.advance(-1s), NegativeDelay);
  CHECK(clock.getDelayedCalls().empty());
}

TEST_CASE("Clock's cancelled call never runs, and cannot be changed any more [TM7]") {
  Clock clock;
  bool ran = false;
  DelayedCall call = clock.callLater(1s, [&] { ran = true; });
  call.cancel();
  CHECK(!call.active());
  clock.advance(2s);
  CHECK(!ran);
  CHECK_THROWS_AS(call.cancel(), AlreadyCancelled);
  CHECK_THROWS_AS(call.reset(1s), AlreadyCancelled);
  CHECK_THROWS_AS(call.delay(1s), AlreadyCancelled);

  DelayedCall self;
  bool refused = false;
  self = clock.callLater(1s, [&] {
    try {
      self.cancel();
    } catch (const AlreadyCalled&) {
      refused = true;
    }
  });
  clock.advance(1s);
  CHECK(refused);
  CHECK_THROWS_AS(self.cancel(), AlreadyCalled);
}

TEST_CASE("Clock's call is moved by delay from its deadline and by reset from now [TM8]") {
  Clock clock;
  std::string order;
  DelayedCall delayed = clock.callLater(1s, [&] { order += 'd'; });
  DelayedCall sooner = clock.callLater(9s, [&] { order += 's'; });
  delayed.delay(3s);
  CHECK(since0(delayed.getTime()) == 4s);
  clock.advance(1s);
  sooner.reset(1s);
  CHECK(since0(sooner.getTime()) == 2s);
  clock.advance(1s);
  CHECK(order == "s");
  clock.advance(2s);
  CHECK(order == "sd");
}

TEST_CASE("Clock lists the calls that are to come, and each says when [TM9]") {
  Clock clock;
  clock.advance(1s);
  DelayedCall first = clock.callLater(1s, [] {});
  DelayedCall second = clock.callLater(2s, [] {});
  CHECK(since0(first.getTime()) == 2s);
  CHECK(clock.getDelayedCalls().size() == 2);
  second.cancel();
  CHECK(clock.getDelayedCalls().size() == 1);
  clock.advance(1s);
  CHECK(clock.getDelayedCalls().empty());
}

TEST_CASE("Clock's call is not active any more while it runs [TM10]") {
  Clock clock;
  DelayedCall call;
  bool active = true;
  call = clock.callLater(1s, [&] { active = call.active(); });
  CHECK(call.active());
  clock.advance(1s);
  CHECK(!active);
}

TEST_CASE("Clock pumps one advance after the other") {
  Clock clock;
  int ticks = 0;
  clock.callLater(3s, [&] { ++ticks; });
  clock.pump({1s, 1s});
  CHECK(ticks == 0);
  clock.pump({1s, 1s});
  CHECK(ticks == 1);
  CHECK(since0(clock.now()) == 4s);
}

TEST_CASE("Clock runs the other calls when one throws [RC19]") {
  Clock clock;
  std::string logged;
  setLogSink([&](LogLevel, std::string_view line) { logged += line; });
  bool ran = false;
  clock.callLater(1s, [] { throw Error("oh no"); });
  clock.callLater(1s, [&] { ran = true; });
  clock.advance(1s);
  setLogSink({});
  CHECK(ran);
  CHECK(logged.find("oh no") != std::string::npos);
}

TEST_CASE("Clock reports a call that asks for itself without a delay for ever") {
  Clock clock;
  struct Again {
    static void now(Clock& on) {
      on.callLater(0s, [&on] { now(on); });
    }
  };
  Again::now(clock);
  CHECK_THROWS_AS(clock.advance(1s), sim::NoProgress);
}

TEST_CASE("Clock starts where it is told to, and at 0 otherwise") {
  CHECK(sim::Clock().now() == TimePoint{});
  const TimePoint start{std::chrono::milliseconds((1LL << 31) - 500)};
  sim::Clock clock(start);
  int calls = 0;
  clock.callLater(1s, [&] { ++calls; });
  clock.advance(999ms);
  CHECK(calls == 0);
  clock.advance(1ms);
  CHECK(calls == 1);
  CHECK(clock.now() == start + 1s);
}
