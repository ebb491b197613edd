// The timing wheel: a deadline is linked into the slot of the tick at which it is due. A later
// set() only stores the new tick; sweep() finds that it is not due yet and moves it on. Ticks are
// 32-bit and count from an origin that moves with time, so the wheel works for ever.

#include "transport/deadline_wheel.h"

#include <algorithm>
#include <utility>

namespace ropewalk::detail {

void Deadline::unlink() noexcept {
  if (!before_) return;
  *before_ = next_;
  if (next_) next_->before_ = before_;
  before_ = nullptr;
}

void Deadline::linkInto(Deadline*& slot) noexcept {
  next_ = slot;
  before_ = &slot;
  if (next_) next_->before_ = &next_;
  slot = this;
}

std::uint32_t DeadlineWheel::tickAfter(TimePoint when) noexcept {
  const auto ticks = later(when, kTick - Duration(1)).time_since_epoch() / kTick;
  const auto sinceOrigin = [&] { return ticks - static_cast<std::int64_t>(origin_); };
  if (sinceOrigin() > kMoveAfter) moveOrigin(time_.now());
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(sinceOrigin(), 1, kLastTick));
}

TimePoint DeadlineWheel::timeOf(std::uint32_t tick) const noexcept {
  const std::uint64_t ticks = origin_ + tick;
  const bool isCountable = ticks < static_cast<std::uint64_t>(Duration::max() / kTick);
  return isCountable ? TimePoint(static_cast<Duration::rep>(ticks) * kTick) : TimePoint::max();
}

// Moves the origin up to shortly before `now` if it is far behind. The distance is a multiple of
// kSlots, so that each deadline stays in its slot.
void DeadlineWheel::moveOrigin(TimePoint now) noexcept {
  const auto ticks = static_cast<std::uint64_t>(now.time_since_epoch() / kTick);
  if (ticks - origin_ <= kMoveAfter / 2) return;
  const std::uint64_t moved = (ticks - origin_) / kSlots * kSlots - kSlots;
  const auto earlier = [moved](std::uint32_t tick) {
    return tick > moved ? static_cast<std::uint32_t>(tick - moved) : 1;
  };
  for (Deadline* first : slots_) {
    for (Deadline* each = first; each != nullptr; each = each->next_) {
      if (each->due_ != 0 && each->due_ != kLastTick) each->due_ = earlier(each->due_);
      each->slot_ = earlier(each->slot_);
    }
  }
  origin_ += moved;
  swept_ = swept_ > moved ? static_cast<std::uint32_t>(swept_ - moved) : 0;
}

void DeadlineWheel::set(Deadline& deadline, TimePoint when) noexcept {
  const std::uint32_t wanted = tickAfter(when);  // may move the origin
  deadline.due_ = std::max(wanted, swept_ + 1);
  if (deadline.before_ && deadline.slot_ <= deadline.due_) return;
  deadline.unlink();
  link(deadline);
}

void DeadlineWheel::link(Deadline& deadline) noexcept {
  deadline.slot_ = deadline.due_;
  deadline.linkInto(slots_[deadline.due_ % kSlots]);
  nextSweep_ = std::min(nextSweep_, timeOf(deadline.due_));
}

void DeadlineWheel::sweep(TimePoint now) noexcept {
  moveOrigin(now);
  const auto ticks = static_cast<std::uint64_t>(now.time_since_epoch() / kTick);
  const auto tick = static_cast<std::uint32_t>(ticks - origin_);
  // After a long sleep, visits every slot once, not once for each tick that passed.
  const std::uint32_t first = tick - swept_ > kSlots ? tick - kSlots + 1 : swept_ + 1;
  swept_ = tick;
  for (std::uint32_t each = first; each <= tick; ++each) sweepSlot(each, tick);
  findNextSweep();
}

void DeadlineWheel::sweepSlot(std::uint32_t tick, std::uint32_t now) noexcept {
  Deadline* waiting = std::exchange(slots_[tick % kSlots], nullptr);
  if (waiting) waiting->before_ = &waiting;
  while (Deadline* const deadline = waiting) {
    deadline->unlink();
    if (deadline->due_ == 0) continue;
    if (isLeft_) deadline->due_ = std::max(deadline->due_, swept_ + 1);
    if (deadline->due_ > now) {
      link(*deadline);
    } else {
      deadline->due_ = 0;
      deadline->deadlinePassed();  // may destroy any deadline, including this one
    }
  }
}

void DeadlineWheel::findNextSweep() noexcept {
  nextSweep_ = TimePoint::max();
  for (std::uint32_t tick = swept_ + 1; tick <= swept_ + kSlots; ++tick) {
    if (!slots_[tick % kSlots]) continue;
    nextSweep_ = timeOf(tick);
    return;
  }
}

}  // namespace ropewalk::detail
