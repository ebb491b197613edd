#include "transport/deadline_wheel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "ropewalk/sim/clock.h"

using namespace ropewalk;
using namespace ropewalk::detail;

namespace {

class Noted final : public Deadline {
 public:
  Noted() = default;
  using Deadline::clearDeadline;
  using Deadline::removeDeadline;
  int passed = 0;

 private:
  void deadlinePassed() noexcept override { ++passed; }
};

constexpr TimePoint kStart{1000h};

// A wheel and its time, moved on from sweep to sweep as a reactor does it.
struct Turned {
  sim::Clock clock{kStart};
  DeadlineWheel wheel{clock};
  TimePoint now = kStart;
  int sweeps = 0;

  void advance(Duration by) {
    const TimePoint end = now + by;
    while (wheel.nextSweep() <= end) {
      now = std::max(now, wheel.nextSweep());
      wheel.sweep(now);
      ++sweeps;
    }
    now = end;
    clock.advance(now - clock.now());
  }
};

}  // namespace

TEST_CASE("a deadline passes once, never early and at most one tick late") {
  for (const Duration wait :
       std::initializer_list<Duration>{1ns, 249ms, 250ms, 1s, 30s, 64s, 65s, 10min, 25h}) {
    Turned turned;
    Noted deadline;
    turned.wheel.set(deadline, turned.now + wait);
    turned.advance(wait - 1ns);
    CHECK(deadline.passed == 0);
    turned.advance(DeadlineWheel::kTick + 1ns);
    CHECK(deadline.passed == 1);
    turned.advance(1h);
    CHECK(deadline.passed == 1);
  }
}

TEST_CASE("a deadline that is set again and again never passes and is hardly ever looked at") {
  Turned turned;
  Noted deadline;
  turned.wheel.set(deadline, turned.now + 10s);
  for (int i = 0; i < 10'000; ++i) {
    turned.advance(10ms);
    turned.wheel.set(deadline, turned.now + 10s);
  }
  CHECK(deadline.passed == 0);
  CHECK(turned.sweeps <= 11);
}

TEST_CASE("a deadline that is too far away to be counted does not pass") {
  Turned turned;
  Noted deadline;
  SUBCASE("in ticks") { turned.wheel.set(deadline, kStart + DeadlineWheel::kTick * (1ll << 32)); }
  SUBCASE("at all") { turned.wheel.set(deadline, TimePoint::max()); }
  turned.advance(24h * 365);
  CHECK(deadline.passed == 0);
  turned.wheel.set(deadline, turned.now + 1s);
  turned.advance(2s);
  CHECK(deadline.passed == 1);
}

TEST_CASE("deadlines pass in time, and sweeps are few, for as long as time can be counted") {
  for (const Duration idle : std::initializer_list<Duration>{0s, 1h, 24h * 365 * 7}) {
    Turned turned;
    Noted passing;
    int rounds = 0;
    for (const Duration year = 24h * 365; turned.now < TimePoint(year * 280);) {
      turned.now += year * 7 + idle;  // nothing is set meanwhile
      turned.clock.advance(turned.now - turned.clock.now());
      const int sweeps = turned.sweeps;
      turned.wheel.set(passing, turned.now + 10s);
      turned.advance(9s);
      CHECK(passing.passed == rounds);
      turned.advance(1s + DeadlineWheel::kTick);
      CHECK(passing.passed == ++rounds);
      CHECK(turned.sweeps - sweeps <= 3);
    }
  }
}

TEST_CASE("a deadline that waits while its wheel's origin moves passes in time") {
  Turned turned;
  Noted waiting;
  constexpr Duration year = 24h * 365;
  turned.wheel.set(waiting, turned.now + year * 9);
  turned.now += year * 9 - 1s;
  turned.clock.advance(turned.now - turned.clock.now());
  turned.wheel.sweep(turned.now);
  CHECK(waiting.passed == 0);
  turned.advance(1s + DeadlineWheel::kTick);
  CHECK(waiting.passed == 1);
}

TEST_CASE("a deadline may be moved earlier") {
  Turned turned;
  Noted deadline;
  turned.wheel.set(deadline, turned.now + 1h);
  turned.wheel.set(deadline, turned.now + 1s);
  turned.advance(1s + DeadlineWheel::kTick);
  CHECK(deadline.passed == 1);
}

TEST_CASE("a cleared deadline does not pass, and may be set again") {
  Turned turned;
  Noted deadline;
  turned.wheel.set(deadline, turned.now + 1s);
  deadline.clearDeadline();
  turned.advance(1min);
  CHECK(deadline.passed == 0);
  turned.wheel.set(deadline, turned.now + 1s);
  turned.advance(1min);
  CHECK(deadline.passed == 1);
}

TEST_CASE("deadlines and their wheel may be destroyed in any order") {
  const sim::Clock clock(kStart);
  auto wheel = std::make_unique<DeadlineWheel>(clock);
  std::vector<std::unique_ptr<Noted>> many;
  for (int i = 0; i < 10; ++i) {
    many.push_back(std::make_unique<Noted>());
    wheel->set(*many.back(), kStart + 1s);
  }
  many.erase(many.begin() + 3);
  many.erase(many.begin());
  many.pop_back();
  wheel->sweep(kStart + 2s);
  for (const auto& each : many) CHECK(each->passed == 1);
  wheel->set(*many.front(), kStart + 1h);
  many.front()->removeDeadline();
  wheel.reset();
}

TEST_CASE("in the child of a fork no further deadline passes, until it goes on by itself") {
  Turned turned;
  struct Forks final : Deadline {
    explicit Forks(DeadlineWheel& leaves) : wheel(leaves) {}
    void deadlinePassed() noexcept override { wheel.setLeft(true); }
    DeadlineWheel& wheel;
  } forks(turned.wheel);
  std::vector<std::unique_ptr<Noted>> others;
  const auto add = [&] {
    others.push_back(std::make_unique<Noted>());
    turned.wheel.set(*others.back(), turned.now + 1s);
  };
  for (int i = 0; i < 3; ++i) add();
  turned.wheel.set(forks, turned.now + 1s);
  for (int i = 0; i < 3; ++i) add();
  turned.wheel.sweep(turned.now + 1s);
  const auto passed = [&] {
    return std::count_if(others.begin(), others.end(),
                         [](const auto& each) { return each->passed == 1; });
  };
  CHECK(passed() == 3);  // those before it
  turned.wheel.setLeft(false);
  turned.wheel.sweep(turned.now + 1s + DeadlineWheel::kTick);
  CHECK(passed() == 6);
}

TEST_CASE("after a long sleep every deadline that is due passes in one sweep") {
  Turned turned;
  std::vector<std::unique_ptr<Noted>> many;
  for (int i = 1; i <= 1000; ++i) {
    many.push_back(std::make_unique<Noted>());
    turned.wheel.set(*many.back(), turned.now + i * 1s);
  }
  turned.wheel.sweep(turned.now + 500s);
  int passed = 0;
  for (const auto& each : many) passed += each->passed;
  CHECK(passed == 500);
  turned.now += 500s;
  turned.advance(501s);
  for (const auto& each : many) CHECK(each->passed == 1);
}
