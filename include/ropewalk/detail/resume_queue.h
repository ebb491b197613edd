#pragma once

#include <type_traits>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

class CoroutineFrame;
class Scope;
struct Level;

// The coroutines of this thread that are ready to be resumed, in the order in which they became
// ready.
//
// A loop resumes them one at a time, never inside one another, so that a long chain of coroutines
// that await each other does not grow the stack. The exception: an outermost callback() that one of
// them calls resumes the coroutines that wait for it before it returns (see Level).
class ResumeQueue {
 public:
  // While a Hold exists, coroutines that become ready are not resumed until the outermost Hold is
  // destroyed.
  //
  // The event loop fires its own promises under a Hold. So the coroutines that it resumes do not
  // run inside a callback(), and a callback() that they call is an outermost one.
  class Hold {
   public:
    Hold() noexcept;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();
  };

  // Calls `call`. The promises that it fires run their callbacks at once, even inside another
  // callback(); coroutines are resumed afterwards.
  template <class Call>
  static void fireNow(Call&& call) {
    callApart([](void* given) { (*static_cast<std::remove_reference_t<Call>*>(given))(); }, &call);
  }

  // Appends a frame. Resumes it, unless a Hold exists or a resumed coroutine is running.
  static void add(CoroutineFrame& frame) noexcept;

  // Resumes the queued coroutines of `scope` until none is left, even from inside a coroutine.
  static void runAllOf(const Scope& scope) noexcept;

 private:
  friend class CoroutineFrame;
  friend struct Level;

  static void callApart(void (*call)(void*), void* given);
  static void run(CoroutineFrame& frame) noexcept;
  static void bury(CoroutineFrame& frame) noexcept;
};

}  // namespace ropewalk::detail
