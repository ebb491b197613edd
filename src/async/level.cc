#include "async/level.h"

#include "ropewalk/detail/resume_queue.h"

namespace ropewalk::detail {
namespace {

constinit thread_local Level bottom;
constinit thread_local Level* topmost = nullptr;  // null: the bottom one

}  // namespace

Level& Level::current() noexcept { return topmost != nullptr ? *topmost : bottom; }

void Level::fire(DeferredState& state) noexcept {
  Level& now = current();
  if (now.isFiring) {
    state.addRef();
    return now.fired.push(state);
  }
  Level level;
  level.isFiring = true;
  level.holds = now.holds;
  const Top top(level);
  state.run();
  level.runAll();
}

// Runs callbacks before coroutines: a coroutine must see the effects of all that was fired before
// it became ready.
void Level::runAll() noexcept {
  for (;;) {
    if (!fired.empty()) {
      DeferredState& state = fired.pop();
      state.run();
      state.release();
    } else if (!frames.empty() && holds == 0) {
      ResumeQueue::run(frames.pop());
    } else {
      return;
    }
  }
}

void Level::resumeAll() noexcept {
  if (isFiring || isResuming) return;
  isResuming = true;
  while (holds == 0 && !frames.empty()) ResumeQueue::run(frames.pop());
  isResuming = false;
}

void Level::destroy(DeferredState& state) noexcept {
  Level& now = current();
  if (now.isDestroying) return now.dead.push(state);
  now.isDestroying = true;
  delete &state;
  while (!now.dead.empty()) delete &now.dead.pop();
  now.isDestroying = false;
}

Level::Top::Top(Level& level) noexcept : level_(level) {
  level.outer = &current();
  topmost = &level;
}

Level::Top::~Top() {
  topmost = level_.outer;
  while (!level_.frames.empty()) level_.outer->frames.push(level_.frames.pop());
}

Level::Apart::Apart() noexcept {
  if (!current().isFiring) return;
  level_.holds = 1;
  top_.emplace(level_);
}

}  // namespace ropewalk::detail
