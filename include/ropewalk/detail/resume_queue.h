#pragma once

namespace ropewalk::detail {

class CoroutineFrame;
class Scope;

// The coroutines of this thread that may go on, in the order in which that was found out.
//
// They are resumed by a loop, one after the other: never inside one another, so that the stack does
// not grow, however long the chain of who waits for whom.
class ResumeQueue {
 public:
  // While one lives nothing is resumed; at the end of the outermost one, everything is.
  class Hold {
   public:
    Hold() noexcept;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold();
  };

  // Appends a frame. Resumes it, unless a Hold is there or a coroutine was resumed and runs.
  static void add(CoroutineFrame& frame) noexcept;

  // Resumes those of `scope` until none is left, even from inside a coroutine.
  static void runAllOf(const Scope& scope) noexcept;

 private:
  friend class CoroutineFrame;

  static void run(CoroutineFrame& frame) noexcept;
  static void bury(CoroutineFrame& frame) noexcept;
};

}  // namespace ropewalk::detail
