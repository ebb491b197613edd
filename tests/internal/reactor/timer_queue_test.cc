#include "reactor/timer_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "support/child_process.h"

using namespace ropewalk;
using namespace ropewalk::detail;

namespace {

// A clock that stands still unless told otherwise.
class Still final : public ReactorTime {
 public:
  TimePoint now() const override { return time; }
  std::vector<DelayedCall> getDelayedCalls() const override { return queue.calls(); }
  void runUntil(TimePoint end) {
    time = end;
    queue.runDue(time);
  }

  TimePoint time{};
  TimerQueue queue{*this};

 private:
  DelayedCall schedule(Duration delay, UniqueFunction<void()> call) override {
    return queue.schedule(delay, std::move(call));
  }
};

// Numbers in no order, the same in each run.
std::uint32_t next(std::uint32_t& state) { return state = state * 1664525u + 1013904223u; }

}  // namespace

TEST_CASE(
    "TimerQueue runs thousands of calls in order of deadline, equal ones as asked [TM2][TM3]") {
  Still still;
  std::vector<std::pair<int, int>> ran;
  std::uint32_t state = 1;
  for (int i = 0; i < 5000; ++i) {
    const int delay = static_cast<int>(next(state) >> 8) % 100;
    still.callLater(delay * 1ms, [&ran, delay, i] { ran.emplace_back(delay, i); });
  }
  still.runUntil(TimePoint(1s));
  CHECK(ran.size() == 5000);
  CHECK(std::is_sorted(ran.begin(), ran.end()));
}

// Asks again whenever its call is dropped, as a coroutine does that tries for ever.
struct Again {
  Again(Still* at, int* times) : still(at), rounds(times) {}
  Again(Again&& other) noexcept
      : still(std::exchange(other.still, nullptr)), rounds(other.rounds) {}
  ~Again() {
    if (still == nullptr) return;
    ++*rounds;
    Still& queue = *std::exchange(still, nullptr);
    queue.callLater(1s, [next = Again(&queue, rounds)] {});
  }
  Still* still;
  int* rounds;
};

TEST_CASE("TimerQueue comes to an end though a call asks again for ever, and drops all others") {
  // In another process, for what waits for ever is a leak.
  test::ChildProcess process([](test::Line&) {
    int rounds = 0;
    const auto dropped = std::make_shared<int>();
    DelayedCall first;
    {
      Still still;
      for (int i = 0; i < 100; ++i) {
        still.callLater(std::chrono::seconds(i), [dropped] {});
        if (i == 50) first = still.callLater(0s, [again = Again(&still, &rounds)] {});
      }
    }
    return rounds > 1 && dropped.use_count() == 1 && !first.active() ? 0 : 1;
  });
  CHECK(process.wait() == 0);
}

TEST_CASE("TimerQueue stays in order however calls are moved and cancelled [TM7][TM8]") {
  Still still;
  std::vector<TimePoint> ran;
  std::vector<DelayedCall> calls(2000);
  std::uint32_t state = 7;
  const auto delay = [&state] { return static_cast<int>(next(state) >> 8) % 1000 * 1ms; };
  for (DelayedCall& call : calls) {
    call = still.callLater(delay(), [&ran, &call] { ran.push_back(call.getTime()); });
  }
  std::size_t cancelled = 0;
  for (DelayedCall& call : calls) {
    switch (next(state) >> 30) {
      case 0:
        call.cancel();
        ++cancelled;
        break;
      case 1:
        call.reset(delay());
        break;
      case 2:
        call.delay(delay());
        break;
      default:
        break;
    }
  }
  CHECK(still.queue.size() == calls.size() - cancelled);
  still.runUntil(TimePoint(1h));
  CHECK(ran.size() == calls.size() - cancelled);
  CHECK(std::is_sorted(ran.begin(), ran.end()));
}

TEST_CASE("TimerQueue leaves what is asked for while calls run to the next turn [TM4]") {
  Still still;
  int nested = 0;
  still.callLater(0s, [&] { still.callLater(0s, [&] { ++nested; }); });
  still.runUntil(still.time);
  CHECK(nested == 0);
  still.runUntil(still.time);
  CHECK(nested == 1);
}

TEST_CASE("a cancelled call lets go of what it holds at once [TM7]") {
  Still still;
  auto held = std::make_shared<int>(1);
  DelayedCall call = still.callLater(1h, [held] {});
  CHECK(held.use_count() == 2);
  call.cancel();
  CHECK(held.use_count() == 1);
  CHECK_THROWS_AS(call.cancel(), AlreadyCancelled);
}

TEST_CASE("a handle outlives its queue") {
  DelayedCall call;
  {
    Still still;
    call = still.callLater(1s, [] {});
    CHECK(call.active());
  }
  CHECK_FALSE(call.active());
  CHECK_THROWS_AS(call.reset(1s), AlreadyCancelled);
}

TEST_CASE("a call that is moved to a later time again and again is called then, once [TM8]") {
  Still still;
  std::vector<int> ran;
  DelayedCall idle = still.callLater(10s, [&] { ran.push_back(0); });
  still.callLater(12s, [&] { ran.push_back(1); });
  for (int second = 1; second <= 5; ++second) {
    still.runUntil(TimePoint(std::chrono::seconds(second)));
    idle.reset(10s);
  }
  CHECK(idle.getTime() == TimePoint(15s));
  still.runUntil(TimePoint(11s));
  CHECK(ran.empty());
  still.runUntil(TimePoint(14'999ms));
  CHECK(ran == std::vector{1});
  still.runUntil(TimePoint(15s));
  CHECK(ran == std::vector{1, 0});
  still.runUntil(TimePoint(1h));
  CHECK(ran.size() == 2);
}

TEST_CASE("a call that was moved to a later time can be moved before where it stood [TM8]") {
  Still still;
  std::vector<int> ran;
  DelayedCall call = still.callLater(10s, [&] { ran.push_back(0); });
  still.callLater(7s, [&] { ran.push_back(1); });
  call.reset(20s);
  SUBCASE("reset") { call.reset(5s); }
  SUBCASE("delay") { call.delay(-15s); }
  CHECK(call.getTime() == TimePoint(5s));
  CHECK(still.queue.nextDeadline() == TimePoint(5s));
  still.runUntil(TimePoint(1h));
  CHECK(ran == std::vector{0, 1});
}

TEST_CASE("a call that is too far away to be counted is never due [TM8]") {
  Still still;
  still.time = TimePoint(1h);
  int ran = 0;
  DelayedCall made = still.callLater(Duration::max(), [&] { ++ran; });
  DelayedCall reset = still.callLater(1s, [&] { ++ran; });
  DelayedCall delayed = still.callLater(1s, [&] { ++ran; });
  reset.reset(Duration::max());
  delayed.delay(Duration::max());
  still.runUntil(TimePoint(24h * 365 * 200));
  CHECK(ran == 0);
  for (const DelayedCall& call : {made, reset, delayed}) CHECK(call.getTime() == TimePoint::max());
}

TEST_CASE("of calls moved to one time who was moved first is called first [TM3][TM8]") {
  Still still;
  std::vector<int> ran;
  DelayedCall first = still.callLater(2s, [&] { ran.push_back(0); });
  DelayedCall second = still.callLater(1s, [&] { ran.push_back(1); });
  still.callLater(9s, [&] { ran.push_back(2); });
  first.reset(9s);
  second.reset(9s);
  still.runUntil(TimePoint(9s));
  CHECK(ran == std::vector{2, 0, 1});
}

TEST_CASE("the front of a queue is settled no further than it has to be") {
  Still still;
  DelayedCall call = still.callLater(10s, [] {});
  still.callLater(20s, [] {});
  call.reset(30s);
  still.queue.settle(TimePoint(9s));
  CHECK(still.queue.nextDeadline() == TimePoint(10s));
  still.queue.settle(TimePoint(10s));
  CHECK(still.queue.nextDeadline() == TimePoint(20s));
}

TEST_CASE("what dies with a queue may cancel its other calls, and ask for one") {
  struct Session {
    Session(Still* clock, DelayedCall* asked) : still(*clock), late(*asked) {}
    ~Session() {
      if (timeout.active()) timeout.cancel();
      late = still.callLater(1s, [] {});
    }
    Still& still;
    DelayedCall& late;
    DelayedCall timeout;
  };
  DelayedCall late;
  DelayedCall timeout;
  {
    Still still;
    auto session = std::make_shared<Session>(&still, &late);
    still.callLater(1s, [session] {});
    timeout = session->timeout = still.callLater(30s, [] {});
    still.callLater(2s, [] {});
  }
  CHECK(!timeout.active());
  CHECK(!late.active());
  CHECK_THROWS_AS(late.cancel(), AlreadyCancelled);
}
