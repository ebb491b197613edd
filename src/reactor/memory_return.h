#pragma once

#include "ropewalk/reactor_time.h"
#include "sys/memory_budget.h"
#include "transport/deadline_wheel.h"

namespace ropewalk::detail {

// Returns memory to the system once much of it has been released, because malloc would keep it.
// Waits 1 s, as more may be released, and does it at most every 10 s.
class MemoryReturn final : public sys::MemoryListener, private Deadline {
 public:
  // Both must outlive this.
  MemoryReturn(const ReactorTime& clock, DeadlineWheel& deadlines) noexcept
      : clock_(clock), deadlines_(deadlines) {}

  void memoryReleased() noexcept override;

 private:
  static constexpr Duration kDelay = 1s;
  static constexpr Duration kPeriod = 10s;

  void deadlinePassed() noexcept override;

  const ReactorTime& clock_;
  DeadlineWheel& deadlines_;
  TimePoint earliest_{};
  bool isDue_ = false;
};

}  // namespace ropewalk::detail
