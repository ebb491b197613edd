#pragma once

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

class CoroutineFrame;
class DeferredState;

// Why an await is cancelled.
enum class CancelCause {
  Cancelled,    // the coroutine's Deferred was cancelled
  ScopeClosed,  // the scope of the coroutine was closed
};

// The object in which a coroutine of ours waits. To make one: derive, and define
//
//   bool ready();     // true if there is nothing to wait for
//   void wait();      // register `this` with the code that calls resumeSoon(); resumes nothing
//   Result result();  // the value of the co_await expression; may throw
//
// and no destructor. It lives in the coroutine's frame and is used only between wait() and
// resumeSoon() or cancelAwait(). The frame is never destroyed in between.
class Awaiter {
 public:
  // Stops waiting: undoes wait(), then calls raiseCancelled(), or resumeSoon() if there is a better
  // result.
  virtual void cancelAwait(CancelCause cause) noexcept = 0;

  // The state of the awaited Deferred; null if it awaits something else.
  virtual DeferredState* awaited() const noexcept { return nullptr; }

  void attachTo(CoroutineFrame& frame) noexcept { frame_ = &frame; }
  bool isCancelled() const noexcept { return cancelled_; }

 protected:
  ~Awaiter() = default;

  // Resumes the coroutine before this returns, unless another one runs or a ResumeQueue::Hold
  // exists: then when that ends. REQUIRES: it waits; once per wait().
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
