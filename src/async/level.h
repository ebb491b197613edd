#pragma once

#include <optional>

#include "ropewalk/detail/coroutine_frame.h"
#include "ropewalk/detail/deferred_state.h"

namespace ropewalk::detail {

// An intrusive queue: each item holds the pointer to the next.
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

  // Removes and returns the first item for which `wanted` is true, or null.
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

// The callbacks, coroutines and states of this thread that a fire() or the event loop has yet to
// handle.
//
// Levels form a stack. The bottom one belongs to the event loop. The outermost fire() adds one:
// promises fired inside it, and coroutines that they resume, are queued there, and a loop runs them
// before that fire() returns. Code that needs the effects of a nested fire() at once adds another
// level: see Apart.
struct Level {
  class Apart;
  class EventLoop;

  using Frames = Fifo<CoroutineFrame, &CoroutineFrame::nextQueued_>;
  using States = Fifo<DeferredState, &DeferredState::next_>;

  // The topmost level.
  static Level& current() noexcept;

  // Runs the continuation of `state`; inside another fire(), queues it. See DeferredState::fire().
  static void fire(DeferredState& state) noexcept;

  // Destroys `state`; inside another destroy(), queues it.
  static void destroy(DeferredState& state) noexcept;

  // Resumes the queued coroutines, unless a caller already does or a Hold forbids it.
  void resumeAll() noexcept;

  Level* outer = nullptr;
  bool isFiring = false;
  bool isResuming = false;
  bool isDestroying = false;
  int holds = 0;  // the number of ResumeQueue::Hold objects
  Frames frames;
  States fired;
  States dead;

 private:
  class Top;

  void runAll() noexcept;
};

// Pushes a level for the life of this guard. Coroutines still queued then move to the level below.
class Level::Top {
 public:
  explicit Top(Level& level) noexcept;
  Top(const Top&) = delete;
  Top& operator=(const Top&) = delete;
  ~Top();

 private:
  Level& level_;
};

// While this exists, fire() works as if it were the outermost one. If it was made inside another
// fire(), no coroutine is resumed until it is destroyed.
class Level::Apart {
 public:
  Apart() noexcept;

 private:
  Level level_;
  std::optional<Top> top_;
};

// For an event loop that may run inside a callback of another one: work that its events queue does
// not wait for the end of that callback.
class Level::EventLoop {
 private:
  Level level_;
  Top top_{level_};
};

}  // namespace ropewalk::detail
