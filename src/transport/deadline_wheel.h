#pragma once

#include <array>
#include <cstdint>

#include "ropewalk/detail/deadline.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// All deadlines of a reactor: one slot per tick, visited by one sweep. An idle connection costs
// nothing, whatever its deadline.
class DeadlineWheel {
 public:
  static constexpr Duration kTick = 250ms;

  // `time` is the clock of the deadlines and must outlive the wheel. It is read only when a
  // deadline is far away.
  explicit DeadlineWheel(const ReactorTime& time) : time_(time) {}
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  void set(Deadline& deadline, TimePoint when) noexcept;

  // While on, no deadline passes: this is the child of a fork.
  void setLeft(bool on) noexcept { isLeft_ = on; }

  // Calls the deadlines that are due at `now`. REQUIRES: nextSweep() <= now.
  void sweep(TimePoint now) noexcept;

  // The time at which sweep() must be called next; TimePoint::max() if no deadline is set.
  TimePoint nextSweep() const noexcept { return nextSweep_; }

 private:
  static constexpr std::uint32_t kSlots = 256;
  static constexpr std::uint32_t kLastTick = ~0u - kSlots;  // 34 years past the origin: means never
  static constexpr std::uint32_t kMoveAfter = 1u << 31;     // half of that

  std::uint32_t tickAfter(TimePoint when) noexcept;
  TimePoint timeOf(std::uint32_t tick) const noexcept;
  void moveOrigin(TimePoint now) noexcept;
  void link(Deadline& deadline) noexcept;
  void sweepSlot(std::uint32_t tick, std::uint32_t now) noexcept;
  void findNextSweep() noexcept;

  const ReactorTime& time_;
  std::uint64_t origin_ = 0;  // the time of tick 0, itself in ticks: a multiple of kSlots
  std::uint32_t swept_ = 0;   // every slot up to this tick has been visited
  TimePoint nextSweep_ = TimePoint::max();
  bool isLeft_ = false;
  std::array<Deadline*, kSlots> slots_{};
};

}  // namespace ropewalk::detail
