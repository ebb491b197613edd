#include "log/log_limiter.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using ropewalk::detail::LogLimiter;

namespace {

int admitted(LogLimiter& limiter, std::string_view name, LogLimiter::Time now, int tries) {
  int passed = 0;
  for (int i = 0; i < tries; ++i) passed += limiter.admit(name, now) ? 1 : 0;
  return passed;
}

constexpr LogLimiter::Time kStart{};

}  // namespace

TEST_CASE("LogLimiter lets ten lines of a class through in a second") {
  LogLimiter limiter;
  CHECK(admitted(limiter, "a", kStart, 5) == 5);
  CHECK(admitted(limiter, "a", kStart + 900ms, 20) == 5);
  CHECK(admitted(limiter, "b", kStart + 900ms, 20) == 10);
}

TEST_CASE("LogLimiter begins anew when the second is over") {
  LogLimiter limiter;
  CHECK(admitted(limiter, "a", kStart, 10) == 10);
  CHECK(admitted(limiter, "a", kStart + 999ms, 1) == 0);
  limiter.takeSuppressed(kStart + 1s);
  CHECK(admitted(limiter, "a", kStart + 1s, 20) == 10);
}

TEST_CASE("LogLimiter tells once, after the second, how many lines were left out") {
  LogLimiter limiter;
  admitted(limiter, "a", kStart, 25);
  admitted(limiter, "b", kStart, 10);
  CHECK(limiter.takeSuppressed(kStart + 999ms).empty());
  const auto suppressed = limiter.takeSuppressed(kStart + 1s);
  REQUIRE(suppressed.size() == 1);
  CHECK(suppressed[0].name == "a");
  CHECK(suppressed[0].lines == 15);
  CHECK(limiter.takeSuppressed(kStart + 5s).empty());
}

TEST_CASE("LogLimiter loses no count between the end of a second and its report") {
  LogLimiter limiter;
  admitted(limiter, "a", kStart, 12);
  admitted(limiter, "a", kStart + 2s, 3);
  const auto suppressed = limiter.takeSuppressed(kStart + 2s);
  REQUIRE(suppressed.size() == 1);
  CHECK(suppressed[0].lines == 5);
}

TEST_CASE("LogLimiter keeps no more than its number of classes, the others share one") {
  LogLimiter limiter;
  for (std::size_t i = 0; i < LogLimiter::kMaxClasses; ++i) {
    limiter.admit(std::to_string(i), kStart);
  }
  int passed = 0;
  for (int i = 0; i < 1000; ++i) {
    passed += limiter.admit("more " + std::to_string(i), kStart) ? 1 : 0;
  }
  CHECK(passed == LogLimiter::kLinesPerSecond);
  // Old classes make room once their second is over.
  CHECK(admitted(limiter, "new", kStart + 1s, 20) == 10);
}
