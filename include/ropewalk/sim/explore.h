#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/sim/schedule.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::sim {

/// How much explore() tries.
struct Exploration {
  std::uint64_t firstSeed = 1;
  std::uint64_t seeds = 100;

  /// Steps of one run.
  std::size_t steps = 50;

  /// Runs that a failure may cost until it is as short as it gets.
  std::size_t shrinkRuns = 1000;
};

/// A schedule that makes a scenario fail. The text has the seed, what each step did, how to repeat
/// it, and the story of the World.
class FailingSchedule : public Error {
 public:
  FailingSchedule(const std::string& text, std::uint64_t seed, std::vector<std::size_t> steps,
                  Failure cause)
      : Error(text), seed_(seed), steps_(std::move(steps)), cause_(std::move(cause)) {}

  std::uint64_t seed() const noexcept { return seed_; }

  /// The numbers of the steps that it takes.
  const std::vector<std::size_t>& steps() const noexcept { return steps_; }

  /// What the scenario threw.
  const Failure& cause() const noexcept { return cause_; }

 private:
  std::uint64_t seed_;
  std::vector<std::size_t> steps_;
  Failure cause_;
};

/// Runs `scenario` with one random schedule after the other, until it throws; then shrinks that one
/// to the fewest steps that still make it throw, and throws FailingSchedule.
///
///   sim::explore([](sim::Schedule& schedule) {
///     sim::World world(schedule.seed());
///     world.host("server").run([] { reactor().listenTCP(8001, chatFactory()); });
///     while (sim::Random* chance = schedule.next()) {
///       if (chance->chance(10)) {
///         schedule.note("reset");
///         world.reset("server", "client");
///       }
///       world.advance(1ms * chance->below(500));
///     }
///     world.finish();
///   });
///
/// Repeating: with ROPEWALK_SCHEDULE in the environment, as a report gives it ("17", or "17:4,9"
/// for these steps only), only that one is run. Errors: whatever the scenario throws is a failure,
/// of the same kind or not. A crash is not caught. REQUIRES: `scenario` draws everything random
/// from its schedule and its World, and keeps nothing from one run to the next.
void explore(UniqueFunction<void(Schedule&)> scenario, const Exploration& exploration = {});

}  // namespace ropewalk::sim
