#include "transport/slow_turns.h"

#include <algorithm>
#include <ratio>
#include <utility>

#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "transport/connection.h"

namespace ropewalk::detail {

namespace {

// A call is named in the log only if it took at least 1 / kNamedPart of the limit.
constexpr int kNamedPart = 4;

double milliseconds(Duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

SlowTurns::SlowTurns(const Reactor& clock) noexcept : clock_(clock) {}

SlowTurns::~SlowTurns() = default;

void SlowTurns::setLimit(Duration limit) noexcept {
  limit_ = std::max(limit, Duration::zero());
  if (!isOn()) forgetTurn();
}

// Forgets the current turn.
void SlowTurns::forgetTurn() noexcept {
  connection_ = {};
  what_ = nullptr;
  longestCall_ = Duration::zero();
  culprit_.clear();
}

void SlowTurns::enter(Connection& connection) noexcept {
  if (connection_.get() == &connection) return;
  callBegan_ = next();
  connection_ = Ref(&connection);
  what_ = "";
}

void SlowTurns::enter(const char* what) noexcept {
  callBegan_ = next();
  connection_ = {};
  what_ = what;
}

// Ends the current call, if any. Returns the time.
TimePoint SlowTurns::next() noexcept {
  const TimePoint now = clock_.now();
  if (!what_) {
    turnBegan_ = now;
  } else if (now - callBegan_ > longestCall_) {
    longestCall_ = now - callBegan_;
    if (longestCall_ >= limit_ / kNamedPart) culprit_ = caller();
  }
  return now;
}

std::string SlowTurns::caller() const noexcept {
  try {
    return connection_ ? connection_->logPrefix() : what_;
  } catch (...) {
    return "?";  // the name comes from user code, which may throw
  }
}

void SlowTurns::endTurn() noexcept {
  if (!what_) return;
  const Duration took = next() - turnBegan_;
  const Duration call = longestCall_;
  const std::string culprit = std::move(culprit_);
  forgetTurn();
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
