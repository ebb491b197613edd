#include "ropewalk/sim/explore.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"

using namespace ropewalk;
using sim::FailingSchedule;
using sim::Schedule;

namespace {

// Fails once there have been a "push" and, later, two "pull": 3 of many steps.
void fragile(Schedule& schedule) {
  int stage = 0;
  while (sim::Random* const chance = schedule.next()) {
    const auto choice = chance->below(10);
    if (choice == 0) {
      schedule.note("push");
      if (stage == 0) stage = 1;
    } else if (choice == 1) {
      schedule.note("pull");
      if (stage > 0) ++stage;
    } else {
      schedule.note("nothing");
    }
    if (stage == 3) throw std::runtime_error("it broke");
  }
}

// The failure that `scenario` is found to have.
FailingSchedule found(UniqueFunction<void(Schedule&)> scenario,
                      const sim::Exploration& exploration = {}) {
  try {
    sim::explore(std::move(scenario), exploration);
  } catch (const FailingSchedule& failing) {
    return failing;
  }
  FAIL("explore() found nothing");
  throw std::logic_error("not reached");
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::uint64_t> draws(std::vector<std::size_t> steps) {
  Schedule schedule(3, std::move(steps));
  std::vector<std::uint64_t> drawn;
  while (sim::Random* const chance = schedule.next()) drawn.push_back(chance->next());
  return drawn;
}

class Repeated {
 public:
  explicit Repeated(const char* recipe) { ::setenv("ROPEWALK_SCHEDULE", recipe, 1); }
  ~Repeated() { ::unsetenv("ROPEWALK_SCHEDULE"); }
};

}  // namespace

TEST_CASE("A step of a schedule draws the same, whatever other steps there are") {
  const auto all = draws({0, 1, 2, 3});
  CHECK(draws({1, 3}) == std::vector<std::uint64_t>{all[1], all[3]});
  CHECK(Schedule(4, {1}).next()->next() != all[1]);
}

TEST_CASE("explore runs each seed once when nothing fails") {
  std::vector<std::uint64_t> seeds;
  std::size_t steps = 0;
  sim::explore(
      [&](Schedule& schedule) {
        seeds.push_back(schedule.seed());
        while (schedule.next()) ++steps;
      },
      {.firstSeed = 7, .seeds = 3, .steps = 5});
  CHECK(seeds == std::vector<std::uint64_t>{7, 8, 9});
  CHECK(steps == 15);
}

TEST_CASE("explore shrinks a failure to the fewest steps, and says how to repeat it") {
  const FailingSchedule failing = found(fragile, {.steps = 200});
  CHECK(failing.steps().size() == 3);
  CHECK(failing.cause().what() == "it broke");
  const std::string text = failing.what();
  CHECK(has(text, "fails with 3 of 200 steps ("));
  CHECK(has(text, ": it broke\n"));
  CHECK(has(text, "  step " + std::to_string(failing.steps()[0]) + ": push\n"));
  CHECK(has(text, "  step " + std::to_string(failing.steps()[2]) + ": pull\n"));
  CHECK(!has(text, "nothing"));
  // And it is true.
  Schedule again(failing.seed(), failing.steps());
  CHECK_THROWS_AS(fragile(again), std::runtime_error);
}

TEST_CASE("explore repeats what ROPEWALK_SCHEDULE says, and nothing else") {
  const FailingSchedule failing = found(fragile, {.steps = 200});
  const std::string text = failing.what();
  const std::size_t at = text.find("ROPEWALK_SCHEDULE=") + 18;
  const std::string recipe = text.substr(at, text.find(' ', at) - at);
  const Repeated repeated(recipe.c_str());
  int runs = 0;
  const auto counting = [&](Schedule& schedule) {
    ++runs;
    fragile(schedule);
  };
  CHECK(found(counting).steps() == failing.steps());
  CHECK(runs == 1);
  {
    const Repeated seedOnly(std::to_string(failing.seed()).c_str());
    CHECK(found(counting, {.steps = 200}).seed() == failing.seed());
    CHECK(runs == 2);
  }
  for (const char* const nonsense : {"x", "1:2,x", "1;2", ""}) {
    const Repeated bad(nonsense);
    CHECK_THROWS_AS(sim::explore(counting), Error);
  }
  CHECK(runs == 2);
}

TEST_CASE("explore tries a step again when others have gone") {
  // The first step is needed only as long as the last one is there.
  const auto all = draws({0, 1, 2});
  const auto tangled = [&](Schedule& schedule) {
    bool has[3] = {};
    while (sim::Random* const chance = schedule.next()) {
      const auto drawn = chance->next();
      for (std::size_t i = 0; i < 3; ++i) has[i] = has[i] || drawn == all[i];
    }
    if (has[1] && (has[0] || !has[2])) throw std::runtime_error("it broke");
  };
  CHECK(found(tangled, {.firstSeed = 3, .steps = 3}).steps() == std::vector<std::size_t>{1});
}

TEST_CASE("explore keeps to the runs that a failure may cost") {
  int runs = 0;
  const auto counting = [&](Schedule& schedule) {
    ++runs;
    fragile(schedule);
  };
  const FailingSchedule failing = found(counting, {.seeds = 1, .steps = 200, .shrinkRuns = 5});
  CHECK(runs == 5);
  CHECK(failing.steps().size() < 200);
}

TEST_CASE("explore shrinks a failure that needs no step to none") {
  const FailingSchedule failing = found([](Schedule&) { throw 42; });
  CHECK(failing.steps().empty());
  CHECK(failing.cause().typeName() == "int");
}

TEST_CASE("explore tells the story of the World in which it failed, and prints nothing before") {
  const auto scenario = [](Schedule& schedule) {
    sim::World world(schedule.seed());
    world.host("a").run([] { reactor().callLater(1h, [] {}); });
    world.note("the last thing that happened");
    world.finish();
  };
  const std::string text = found(scenario, {.firstSeed = 5}).what();
  CHECK(has(text, "a: a call is due in 3600.000 s"));
  CHECK(has(text, "simulated world of seed 5"));
  CHECK(has(text, "the last thing that happened"));
}
