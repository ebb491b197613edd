#pragma once

#include "ropewalk/detail/cxx20.h"
// After cxx20.h, because in C++17 <coroutine> would report its own errors first.
#include <coroutine>
#include <cstdint>

#include "ropewalk/detail/awaiter.h"
#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/detail/scope.h"

namespace ropewalk::detail {

struct Level;

// The part that the frames of all our coroutines have, whatever they return.
//
// A frame is running, waits in an awaiter, or is queued in the thread's ResumeQueue. If it ends
// before it was ever suspended, the compiler destroys it, otherwise the queue does.
class CoroutineFrame {
 public:
  CoroutineFrame(const CoroutineFrame&) = delete;
  CoroutineFrame& operator=(const CoroutineFrame&) = delete;

  // Called before each await. False if the coroutine was cancelled or its scope is closed: the
  // await then raises CancelledError.
  bool mayAwait() noexcept;

  // False if `handle`, which the compiler passes, does not match the promise's address: g++ 12
  // shifts the promise in some frames, and resuming such a coroutine would use invalid memory.
  bool isAt(std::coroutine_handle<> handle) const noexcept { return handle == handle_; }

  // Suspends the coroutine in `awaiter`. False if it was refused so often that it will not be
  // resumed again: see kMaxRefusals.
  bool waitIn(Awaiter& awaiter) noexcept;

  // True if the coroutine will never be resumed.
  bool isDoomed() const noexcept { return status_ == Status::Doomed; }

  // Queues the coroutine in the ResumeQueue. REQUIRES: it waits, or is doomed.
  void enqueue() noexcept;

  // One step of cancelling: returns the state to cancel instead, or null when done.
  DeferredState* cancelOnce() noexcept;

  // At the final suspension point: true if the coroutine was never suspended before.
  bool endsInFirstRun() const noexcept { return !wasSuspended_; }
  void ended() noexcept;

 protected:
  CoroutineFrame(std::coroutine_handle<> handle, Ref<DeferredState> state) noexcept;
  ~CoroutineFrame();

  DeferredState& state() const noexcept { return *state_; }

 private:
  friend class ResumeQueue;
  friend class Scope;
  friend struct Level;

  enum class Status : std::uint8_t { Running, Waiting, Queued, Doomed };

  // A coroutine of a closed scope that still awaits after this many refusals is in a loop that
  // swallows them. It is destroyed instead of resumed.
  static constexpr std::uint16_t kMaxRefusals = 1000;

  void link(CoroutineFrame*& list) noexcept;
  void unlink() noexcept;
  void endAwait() noexcept;

  std::coroutine_handle<> handle_;
  Ref<DeferredState> state_;
  Ref<Scope> scope_;
  CoroutineFrame* older_ = nullptr;       // in the scope's list
  CoroutineFrame** newerLink_ = nullptr;  // the pointer to this frame in that list
  CoroutineFrame* nextQueued_ = nullptr;
  Awaiter* awaiter_ = nullptr;  // while waiting
  std::uint16_t refusals_ = 0;
  Status status_ = Status::Running;
  bool wasSuspended_ = false;
  bool cancelNextAwait_ = false;
};

}  // namespace ropewalk::detail
