#pragma once

#include <cstdint>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

class DeadlineWheel;

// A deadline. Setting it again to a later time is one store: the wheel reads the time only when it
// passes the slot in which the deadline was first put.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 protected:
  virtual ~Deadline() { unlink(); }

  // Called at most DeadlineWheel::kTick late, never early, once per set(). May set it again.
  virtual void deadlinePassed() noexcept = 0;

  bool isDeadlineSet() const noexcept { return due_ != 0; }

  // It will not pass. It may stay in its slot, so this costs one store.
  void clearDeadline() noexcept { due_ = 0; }

  // As clearDeadline(), and leaves the wheel, which may then be destroyed first.
  void removeDeadline() noexcept {
    clearDeadline();
    unlink();
  }

 private:
  friend class DeadlineWheel;

  void unlink() noexcept;
  void linkInto(Deadline*& slot) noexcept;

  Deadline* next_ = nullptr;
  Deadline** before_ = nullptr;  // the pointer to this; null: in no slot
  std::uint32_t due_ = 0;        // in ticks since the wheel's origin; 0: not set
  std::uint32_t slot_ = 0;       // the tick of the slot it is in
};

}  // namespace ropewalk::detail
