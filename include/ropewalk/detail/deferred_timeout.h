#pragma once

#include <chrono>

#include "ropewalk/detail/ref.h"
#include "ropewalk/failure.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

class ReactorTime;

namespace detail {

class DeferredState;

// Cancels a Deferred that takes too long.
class DeferredTimeout : public RefCounted {
 public:
  // Throws NegativeDelay.
  explicit DeferredTimeout(std::chrono::nanoseconds time);

  // Starts the timer. `state` must live until judge() is called.
  void watch(DeferredState& state, ReactorTime& clock);

  // Stops the timer, because there is a result. Returns `failure` (which may be empty), or a
  // DeferredTimeoutError instead of a CancelledError that this timeout caused.
  Failure judge(const Failure& failure);

 private:
  void expire() noexcept;

  DeferredState* state_ = nullptr;
  const std::chrono::nanoseconds time_;
  bool expired_ = false;
  UniqueFunction<void()> stopClock_;
};

}  // namespace detail
}  // namespace ropewalk
