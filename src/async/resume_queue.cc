#include "ropewalk/detail/resume_queue.h"

#include <utility>

#include "async/level.h"
#include "ropewalk/detail/coroutine_frame.h"

namespace ropewalk::detail {
namespace {

constinit thread_local CoroutineFrame* endedFrame = nullptr;  // the coroutine that has just ended

}  // namespace

void ResumeQueue::add(CoroutineFrame& frame) noexcept {
  Level& level = Level::current();
  level.frames.push(frame);
  level.resumeAll();
}

ResumeQueue::Hold::Hold() noexcept { ++Level::current().holds; }

ResumeQueue::Hold::~Hold() {
  Level& level = Level::current();
  --level.holds;
  level.resumeAll();
}

void ResumeQueue::callApart(void (*call)(void*), void* given) {
  const Hold hold;
  const Level::Apart apart;
  call(given);
}

void ResumeQueue::runAllOf(const Scope& scope) noexcept {
  const Hold hold;
  const auto isOfScope = [&](const CoroutineFrame& frame) { return frame.scope_.get() == &scope; };
  for (Level* level = &Level::current(); level != nullptr;) {
    CoroutineFrame* const frame = level->frames.takeFirst(isOfScope);
    if (frame == nullptr) {
      level = level->outer;
      continue;
    }
    run(*frame);
    level = &Level::current();  // the coroutine may have queued others, on any level
  }
}

void ResumeQueue::run(CoroutineFrame& frame) noexcept {
  const Scope::Enter enter(frame.scope_.get());
  if (frame.isDoomed()) return bury(frame);
  frame.status_ = CoroutineFrame::Status::Running;
  frame.handle_.resume();
  // The coroutine may have destroyed its frame, unless it has just ended.
  if (std::exchange(endedFrame, nullptr) == &frame) bury(frame);
}

void ResumeQueue::bury(CoroutineFrame& frame) noexcept {
  const Ref<DeferredState> state = frame.state_;
  frame.handle_.destroy();
  if (!state->hasResult()) state->fail(Failure::cancelled());
  state->run();
}

void CoroutineFrame::ended() noexcept { endedFrame = this; }

}  // namespace ropewalk::detail
