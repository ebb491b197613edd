#pragma once

#include <type_traits>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

class CoroutineFrame;
class Scope;
struct Level;

// The coroutines of this thread that may go on, in the order in which that was found out.
//
// They are resumed by a loop, one after the other: never inside one another, so that the stack does
// not grow, however long the chain of who waits for whom. A callback() that is called by one of
// them resumes the coroutines that waited for it before it returns, if it is the outermost: see
// Level.
class ResumeQueue {
 public:
  // While one lives nothing is resumed; at the end of the outermost one, everything is.
  //
  // The event loop fires its own promises under one: so the coroutines that it resumes run inside
  // no callback(), and the next one that they call is an outermost one.
  class Hold {
   public:
    Hold() noexcept;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();
  };

  // Calls `call`. The promises that it fires run their callbacks at once, also inside another
  // callback(); coroutines are resumed after it.
  template <class Call>
  static void fireNow(Call&& call) {
    callApart([](void* given) { (*static_cast<std::remove_reference_t<Call>*>(given))(); }, &call);
  }

  // Appends a frame. Resumes it, unless a Hold is there or a coroutine was resumed and runs.
  static void add(CoroutineFrame& frame) noexcept;

  // Resumes those of `scope` until none is left, even from inside a coroutine.
  static void runAllOf(const Scope& scope) noexcept;

 private:
  friend class CoroutineFrame;
  friend struct Level;

  static void callApart(void (*call)(void*), void* given);
  static void run(CoroutineFrame& frame) noexcept;
  static void bury(CoroutineFrame& frame) noexcept;
};

}  // namespace ropewalk::detail
