// Slow turns, by a clock of the test's own.

#include "transport/slow_turns.h"

#include <doctest/doctest.h>

#include <ctime>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

using detail::SlowTurns;

// In place of the system's clock: stands still unless the test moves it.
struct Watched {
  Watched() {
    milliseconds = 1000;
    sys::kernel.clockGettime = [](clockid_t, timespec* time) {
      *time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000};
      return 0;
    };
    turns.setLimit(100ms);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { sys::kernel = sys::kKernel; }

  void spend(const char* what, int time) {
    turns.enter(what);
    milliseconds += time;
  }

  inline static long milliseconds = 0;
  const CapturedLog log;
  Reactor reactor;
  SlowTurns turns{reactor};
};

TEST_CASE("a turn is slow from its limit on, and is told with what took the longest") {
  Watched test;
  test.spend("a", 40);
  test.spend("b", 59);
  test.turns.endTurn();
  CHECK(test.turns.count() == 0);
  CHECK(test.turns.longest() == 99ms);
  CHECK(test.log.text() == "");
  test.spend("a", 40);
  test.spend("b", 60);
  test.turns.endTurn();
  CHECK(test.turns.count() == 1);
  CHECK(test.turns.longest() == 100ms);
  CHECK(test.log.has("a turn of 100.0 ms, of which 60.0 ms in b"));
}

TEST_CASE("a slow turn of many short calls names none of them") {
  Watched test;
  for (int i = 0; i < 10; ++i) test.spend("a", 24);
  test.turns.endTurn();
  CHECK(test.log.has("a turn of 240.0 ms, in many short calls"));
}

TEST_CASE("the time between two turns counts for neither") {
  Watched test;
  test.spend("a", 1);
  test.turns.endTurn();
  Watched::milliseconds += 10'000;
  test.spend("a", 2);
  test.turns.endTurn();
  CHECK(test.turns.longest() == 2ms);
  test.turns.endTurn();
  CHECK(test.turns.longest() == 2ms);
}

TEST_CASE("who stops watching in the middle of a turn hears no more of it") {
  Watched test;
  test.spend("a", 500);
  SUBCASE("by zero") { test.turns.setLimit(0s); }
  SUBCASE("by less than zero") { test.turns.setLimit(-1s); }
  CHECK(!test.turns.isOn());
  test.turns.setLimit(100ms);
  test.spend("b", 1);
  test.turns.endTurn();
  CHECK(test.turns.count() == 0);
  CHECK(test.turns.longest() == 1ms);
}

}  // namespace
}  // namespace ropewalk::test
