#include "ropewalk/sim/schedule.h"

#include <utility>

namespace ropewalk::sim {

Schedule::Schedule(std::uint64_t seed, std::vector<std::size_t> steps)
    : seed_(seed), steps_(std::move(steps)) {}

Random* Schedule::next() {
  if (taken_ == steps_.size()) return nullptr;
  // Two seeds must not share a step: the golden ratio spreads the seeds far apart.
  random_.emplace(seed_ * 0x9e3779b97f4a7c15 + steps_[taken_]);
  ++taken_;
  return &*random_;
}

void Schedule::note(std::string_view what) {
  const std::string number = taken_ == 0 ? "-" : std::to_string(steps_[taken_ - 1]);
  deeds_.append("  step ").append(number).append(": ").append(what).append("\n");
}

}  // namespace ropewalk::sim
