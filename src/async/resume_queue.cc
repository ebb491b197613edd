#include "ropewalk/detail/resume_queue.h"

#include <utility>

#include "ropewalk/detail/coroutine_frame.h"

namespace ropewalk::detail {
namespace {

// One per thread. `holds` counts the Holds and the loops that run.
struct ThreadQueue {
  CoroutineFrame* first = nullptr;
  CoroutineFrame* last = nullptr;
  int holds = 0;
  CoroutineFrame* ended = nullptr;  // the frame that has just come to its end
};

constinit thread_local ThreadQueue queue;

}  // namespace

void ResumeQueue::add(CoroutineFrame& frame) noexcept {
  const bool wasIdle = queue.holds == 0;
  frame.nextQueued_ = nullptr;
  (queue.last != nullptr ? queue.last->nextQueued_ : queue.first) = &frame;
  queue.last = &frame;
  if (wasIdle) const Hold resumesItAtItsEnd;
}

ResumeQueue::Hold::Hold() noexcept { ++queue.holds; }

ResumeQueue::Hold::~Hold() {
  while (queue.holds == 1 && queue.first != nullptr) {
    CoroutineFrame& frame = *queue.first;
    queue.first = frame.nextQueued_;
    if (queue.first == nullptr) queue.last = nullptr;
    run(frame);
  }
  --queue.holds;
}

void ResumeQueue::runAllOf(const Scope& scope) noexcept {
  const Hold hold;
  CoroutineFrame* before = nullptr;
  CoroutineFrame* frame = queue.first;
  while (frame != nullptr) {
    if (frame->scope_.get() != &scope) {
      before = std::exchange(frame, frame->nextQueued_);
      continue;
    }
    (before != nullptr ? before->nextQueued_ : queue.first) = frame->nextQueued_;
    if (queue.last == frame) queue.last = before;
    run(*frame);
    before = nullptr;  // what ran may have changed the queue in any way
    frame = queue.first;
  }
}

void ResumeQueue::run(CoroutineFrame& frame) noexcept {
  const Scope::Enter enter(frame.scope_.get());
  if (frame.isDoomed()) return bury(frame);
  frame.status_ = CoroutineFrame::Status::Running;
  frame.handle_.resume();
  // The frame may be gone by now, unless it is this that says so.
  if (std::exchange(queue.ended, nullptr) == &frame) bury(frame);
}

void ResumeQueue::bury(CoroutineFrame& frame) noexcept {
  const Ref<DeferredState> state = frame.state_;
  frame.handle_.destroy();
  if (!state->hasResult()) state->fail(Failure::cancelled());
  state->run();
}

void CoroutineFrame::ended() noexcept { queue.ended = this; }

}  // namespace ropewalk::detail
