#include "chat/pace.h"

#include <doctest/doctest.h>

#include <cstdint>

using namespace ropewalk;
using ropewalk::chat::Pace;

namespace {

// When each of `steps` steps could be taken by somebody who takes them as early as possible, from
// `now` on.
Duration timeFor(Pace& pace, int steps, TimePoint now) {
  const TimePoint begin = now;
  for (int step = 0; step < steps; ++step) {
    now += pace.wait(now);
    pace.step(now);
  }
  return now - begin;
}

}  // namespace

TEST_CASE("Pace lets a burst through at once, then one step per interval [K6]") {
  Pace pace(5, 500ms);
  CHECK(timeFor(pace, 5, TimePoint{} + 1h) == 0s);
  Pace another(5, 500ms);
  CHECK(timeFor(another, 25, TimePoint{} + 1h) == 10s);
}

TEST_CASE("Pace gives a whole burst back after a rest, and no more [K6]") {
  Pace pace(5, 500ms);
  const TimePoint begin{1h};
  CHECK(timeFor(pace, 5, begin) == 0s);
  CHECK_FALSE(pace.isRested(begin + 2499ms));
  CHECK(pace.isRested(begin + 2500ms));
  CHECK(timeFor(pace, 6, begin + 1h) == 500ms);
}

TEST_CASE("Pace takes the longest interval and the largest burst that can be said [K6]") {
  const TimePoint now{1h};
  Pace once(1, Duration::max());
  CHECK(once.wait(now) == 0s);
  once.step(now);
  CHECK(once.wait(now) == Duration::max() - 1h);
  CHECK_FALSE(once.isRested(now + 24h));
  for (const std::size_t burst : {SIZE_MAX, SIZE_MAX / 2, std::size_t{1} << 40}) {
    Pace eager(burst, 1h);
    CHECK(timeFor(eager, 10'000, now) == 0s);
    Pace still(burst, 0s);
    CHECK(timeFor(still, 10'000, now) == 0s);
  }
}

TEST_CASE("Pace with no interval never waits") {
  Pace pace(1, 0s);
  CHECK(timeFor(pace, 1000, TimePoint{} + 1h) == 0s);
}
