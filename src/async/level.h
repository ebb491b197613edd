#pragma once

#include <optional>

#include "ropewalk/detail/coroutine_frame.h"
#include "ropewalk/detail/deferred_state.h"

namespace ropewalk::detail {

// A list whose items hold the pointers to the next.
template <class T, T* T::*next>
class Fifo {
 public:
  bool empty() const noexcept { return first_ == nullptr; }

  void push(T& item) noexcept {
    item.*next = nullptr;
    (last_ != nullptr ? last_->*next : first_) = &item;
    last_ = &item;
  }

  // REQUIRES: not empty.
  T& pop() noexcept {
    T& item = *first_;
    first_ = item.*next;
    if (first_ == nullptr) last_ = nullptr;
    return item;
  }

  // Takes out the first item for which `wanted` is true; null if there is none.
  template <class Wanted>
  T* takeFirst(const Wanted& wanted) noexcept {
    T* before = nullptr;
    for (T* item = first_; item != nullptr; before = item, item = item->*next) {
      if (!wanted(*item)) continue;
      (before != nullptr ? before->*next : first_) = item->*next;
      if (last_ == item) last_ = before;
      return item;
    }
    return nullptr;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

// The callbacks, coroutines and states of this thread that wait until a fire() or the event loop
// handles them.
//
// Levels form a stack. The bottom one is the event loop's. The outermost fire() adds one: promises
// that are fired inside it, and coroutines that they resume, are queued there, and a loop runs them
// before that fire() returns. Code that needs the effects of a nested fire() at once adds a level
// of its own: see Apart.
struct Level {
  class Apart;
  class EventLoop;

  using Frames = Fifo<CoroutineFrame, &CoroutineFrame::nextQueued_>;
  using States = Fifo<DeferredState, &DeferredState::next_>;

  // The topmost one.
  static Level& current() noexcept;

  // Runs what waits for `state`; inside another fire(), queues it. See DeferredState::fire().
  static void fire(DeferredState& state) noexcept;

  // Destroys `state`; inside another destroy(), queues it.
  static void destroy(DeferredState& state) noexcept;

  // Resumes the queued coroutines, unless a loop further up this stack does or a Hold forbids it.
  void resumeAll() noexcept;

  Level* outer = nullptr;
  bool isFiring = false;
  bool isResuming = false;
  bool isDestroying = false;
  int holds = 0;  // ResumeQueue::Holds
  Frames frames;
  States fired;
  States dead;

 private:
  class Top;

  void runAll() noexcept;
};

// Puts a level on top for the life of this guard. Coroutines still queued go to the one below.
class Level::Top {
 public:
  explicit Top(Level& level) noexcept;
  Top(const Top&) = delete;
  Top& operator=(const Top&) = delete;
  ~Top();

 private:
  Level& level_;
};

// While this lives, fire() works as if it were the outermost one. If it was made inside another
// fire(), no coroutine is resumed until it is destroyed.
class Level::Apart {
 public:
  Apart() noexcept;

 private:
  Level level_;
  std::optional<Top> top_;
};

// For an event loop that runs, perhaps inside a callback of another one: what its events queue does
// not wait for the end of that callback.
class Level::EventLoop {
 private:
  Level level_;
  Top top_{level_};
};

}  // namespace ropewalk::detail
