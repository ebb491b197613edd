#include "transport/slow_turns.h"

#include <algorithm>
#include <utility>

#include "ropewalk/log.h"
#include "ropewalk/reactor.h"

namespace ropewalk::detail {

namespace {

// Of a slow turn whoever took at least this part of the limit may be named.
constexpr int kNamedPart = 4;

double milliseconds(Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

TimePoint SlowTurns::begin() {
  const TimePoint now = clock_.now();
  turnBegan_ = std::min(turnBegan_, now);
  return now;
}

void SlowTurns::end(TimePoint began, UniqueFunction<std::string()> name) noexcept {
  const Duration took = clock_.now() - began;
  if (took <= longestCall_) return;
  longestCall_ = took;
  if (took < limit_ / kNamedPart) return;
  try {
    culprit_ = name();
  } catch (...) {
    culprit_ = "somebody whose name throws";
  }
}

void SlowTurns::endTurn() {
  const TimePoint began = std::exchange(turnBegan_, TimePoint::max());
  const Duration call = std::exchange(longestCall_, Duration::zero());
  const std::string culprit = std::exchange(culprit_, {});
  if (began == TimePoint::max()) return;
  const Duration took = clock_.now() - began;
  longest_ = std::max(longest_, took);
  if (took < limit_) return;
  ++count_;
  if (culprit.empty()) {
    logWarning("a turn of {:.1f} ms, in many short calls", milliseconds(took));
  } else {
    logWarning("a turn of {:.1f} ms, of which {:.1f} ms in {}", milliseconds(took),
               milliseconds(call), culprit);
  }
}

}  // namespace ropewalk::detail
