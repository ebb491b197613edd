#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/sim/random.h"

namespace ropewalk::sim {

/// The steps of one random run: see explore().
///
/// Each step has a generator of its own, from the seed and the step's number. So a run can be done
/// again with some steps left out, and the others do the same as before.
class Schedule {
 public:
  /// The steps of these numbers, in this order, as `seed` makes them.
  Schedule(std::uint64_t seed, std::vector<std::size_t> steps);

  /// For the World and whatever else the scenario decides apart from its steps.
  std::uint64_t seed() const noexcept { return seed_; }

  /// The generator for the choices of the next step; null behind the last one. Good until the next
  /// call.
  Random* next();

  /// Says what this step does, for the report of a failure.
  void note(std::string_view what);

  /// Steps that next() has given so far.
  std::size_t taken() const noexcept { return taken_; }

  /// What was noted, a line each.
  const std::string& deeds() const noexcept { return deeds_; }

 private:
  const std::uint64_t seed_;
  const std::vector<std::size_t> steps_;
  std::size_t taken_ = 0;
  std::optional<Random> random_;
  std::string deeds_;
};

}  // namespace ropewalk::sim
