// Twenty protocols that do whatever comes to their minds, over a network on which everything
// happens that can happen: each must live by the rules, and in the end nothing may be left.
//
// ROPEWALK_LIFECYCLES=10000 lives so many lives; ROPEWALK_SCHEDULE repeats one, as a failure says.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "ropewalk/sim/explore.h"
#include "sim/lifecycle/stage.h"
#include "support/again.h"
#include "support/captured_log.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

constexpr const char* kHashOnly = "ROPEWALK_LIFE_HASH";
constexpr const char* kHashCase = "A life is the same in another process";

constexpr std::uint64_t kLives = 400;

std::uint64_t lives() {
  const char* const wanted = std::getenv("ROPEWALK_LIFECYCLES");
  return wanted != nullptr ? std::stoull(wanted) : kLives;
}

}  // namespace

TEST_CASE(
    "Twenty actors live by the rules whatever happens to them, and nothing is left "
    "[LF1] [LF2] [LF3] [LF4] [CL2] [PC1] [PC8] [PC10] [HC1]") {
  const QuietLog quiet;
  std::uint64_t whole = 0;
  const auto live = [&](sim::Schedule& schedule) {
    Ledger ledger(~schedule.seed());
    Stage stage(schedule, ledger);
    stage.play();
    stage.end();
    whole += ledger.whole;
  };
  sim::explore(live, {.seeds = lives(), .steps = Stage::kSteps});
  // Not all of them die young.
  CHECK(whole > lives());
}

TEST_CASE("A world that ends in the middle of things still ends every protocol once [RC13] [LF3]") {
  const QuietLog quiet;
  const auto die = [](sim::Schedule& schedule) {
    Ledger ledger(~schedule.seed());
    {
      Stage stage(schedule, ledger);
      stage.play();
    }
    ledger.check();
  };
  sim::explore(die, {.seeds = 100, .steps = 10});
}

TEST_CASE("A life is the same in another process") {
  const QuietLog quiet;
  const auto hashOf = [](std::uint64_t seed) {
    std::vector<std::size_t> steps(Stage::kSteps);
    std::iota(steps.begin(), steps.end(), std::size_t{0});
    sim::Schedule schedule(seed, steps);
    Ledger ledger(~seed);
    Stage stage(schedule, ledger);
    stage.play();
    stage.end();
    return std::to_string(stage.traceHash());
  };
  if (const char* const seed = std::getenv(kHashOnly)) {
    std::printf("hash %s\n", hashOf(std::stoull(seed)).c_str());
    return;
  }
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CHECK(hashOfAnotherProcess(kHashOnly, seed, kHashCase) == hashOf(seed));
  }
  CHECK(hashOf(1) != hashOf(2));
}
