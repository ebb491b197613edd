#include "sim/timeline.h"

#include <algorithm>
#include <string>

#include "ropewalk/error.h"
#include "ropewalk/sim/no_progress.h"
#include "sim/end_of_time.h"

namespace ropewalk::detail {

void Timeline::add(ReactorCore& reactor, SimDriver& driver) {
  players_.push_back({.reactor = &reactor, .driver = &driver});
}

void Timeline::remove(const ReactorCore& reactor) noexcept {
  std::erase_if(players_, [&](const Player& player) { return player.reactor == &reactor; });
}

void Timeline::touch() noexcept {
  for (const Player& player : players_) player.driver->touch();
}

bool Timeline::round() {
  if (playing_) throw Error("simulated time cannot be moved from inside of a callback");
  bool moved = network_->nextArrival() <= now();
  network_->deliverDue();
  // A copy, because a turn may add a host; kept, so that a round allocates nothing.
  order_ = players_;
  if (network_->shuffles) network_->random().shuffle(order_);
  for (const Player& player : order_) {
    if (!player.wantsTurn()) continue;
    turn(player);
    moved = true;
  }
  checkProgress(moved);
  return moved;
}

void Timeline::turn(const Player& player) {
  struct Playing {
    explicit Playing(bool& set) : flag(set) { flag = true; }
    ~Playing() { flag = false; }
    bool& flag;
  };
  bool goesOn = false;
  {
    const Playing playing(playing_);
    goesOn = player.reactor->turnOnce(true);
  }
  // Stopped; it can be started again.
  if (!goesOn) player.reactor->finish();
}

void Timeline::checkProgress(bool moved) {
  if (!moved) {
    roundsNow_ = 0;
  } else if (++roundsNow_ >= roundLimit_) {
    throw sim::NoProgress("simulated time stands still at " +
                          std::to_string((now() - network_->start()).count()) +
                          " ns: hosts keep each other busy without a delay");
  }
}

TimePoint Timeline::nextMoment() const noexcept {
  TimePoint next = network_->nextArrival();
  for (const Player& player : players_) {
    if (player.isAlive()) next = std::min(next, player.driver->alarm());
  }
  return next;
}

bool Timeline::skip(TimePoint limit) {
  const TimePoint next = nextMoment();
  if (next > limit || next == TimePoint::max()) return false;
  network_->setNow(std::max(now(), next));
  return true;
}

void Timeline::advance(Duration amount) {
  if (amount < Duration::zero()) throw NegativeDelay();
  const TimePoint target = timeAfter(now(), amount);
  touch();
  while (step(target)) {
  }
  network_->setNow(target);
}

void Timeline::runUntilIdle() {
  touch();
  while (round() || (network_->nextArrival() != TimePoint::max() && skip(TimePoint::max()))) {
  }
}

}  // namespace ropewalk::detail
