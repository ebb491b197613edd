#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

class CoroutineFrame;
class DeferredState;

// Why an await is cancelled.
enum class CancelCause {
  Cancelled,    // somebody cancelled the coroutine's Deferred
  ScopeClosed,  // what the coroutine worked for is over
};

// What a coroutine of ours waits in. To make one: derive, and have
//
//   bool ready();     // true if there is nothing to wait for
//   void wait();      // remember `this` with whoever will call resumeSoon(), and resume nobody
//   Result result();  // what the co_await expression gives; may throw
//
// and no destructor. It lives in the coroutine's frame and is used only between wait() and
// resumeSoon() or cancelAwait(). The frame is never destroyed in between.
class Awaiter {
 public:
  // Stops waiting: forgets what wait() did, then calls raiseCancelled(), or resumeSoon() if there
  // is a better answer.
  virtual void cancelAwait(CancelCause cause) noexcept = 0;

  // The state of the Deferred that is awaited, if it is one.
  virtual DeferredState* awaited() const noexcept { return nullptr; }

  void attachTo(CoroutineFrame& frame) noexcept { frame_ = &frame; }
  bool isCancelled() const noexcept { return cancelled_; }

 protected:
  ~Awaiter() = default;

  // Lets the coroutine go on. It is resumed before this returns, unless another one runs or a
  // ResumeQueue::Hold is there: then when that ends. REQUIRES: it waits; once per wait().
  void resumeSoon() noexcept;

  // As resumeSoon(), but the await raises CancelledError instead of asking for result().
  void raiseCancelled() noexcept {
    cancelled_ = true;
    resumeSoon();
  }

 private:
  CoroutineFrame* frame_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace ropewalk::detail
