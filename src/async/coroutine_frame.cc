#include "ropewalk/detail/coroutine_frame.h"

#include <string>

#include "async/failure_of.h"
#include "ropewalk/detail/coroutine_promise.h"
#include "ropewalk/detail/resume_queue.h"

namespace ropewalk::detail {

CoroutineFrame::CoroutineFrame(std::coroutine_handle<> handle, Ref<DeferredState> state) noexcept
    : handle_(handle), state_(std::move(state)), scope_(Scope::current()) {
  if (scope_) link(scope_->frames_);
}

CoroutineFrame::~CoroutineFrame() { unlink(); }

void CoroutineFrame::link(CoroutineFrame*& list) noexcept {
  older_ = list;
  if (older_ != nullptr) older_->newerLink_ = &older_;
  newerLink_ = &list;
  list = this;
}

void CoroutineFrame::unlink() noexcept {
  if (newerLink_ == nullptr) return;
  *newerLink_ = older_;
  if (older_ != nullptr) older_->newerLink_ = newerLink_;
  newerLink_ = nullptr;
}

bool CoroutineFrame::mayAwait() noexcept {
  if (scope_ && scope_->isClosed()) {
    if (++refusals_ > kMaxRefusals) status_ = Status::Doomed;
    return false;
  }
  return !std::exchange(cancelNextAwait_, false);
}

bool CoroutineFrame::waitIn(Awaiter& awaiter) noexcept {
  wasSuspended_ = true;
  if (isDoomed()) {
    enqueue();
    return false;
  }
  status_ = Status::Waiting;
  awaiter_ = &awaiter;
  return true;
}

void CoroutineFrame::enqueue() noexcept {
  awaiter_ = nullptr;
  if (!isDoomed()) status_ = Status::Queued;
  ResumeQueue::add(*this);
}

DeferredState* CoroutineFrame::cancelOnce() noexcept {
  if (status_ != Status::Waiting) {
    cancelNextAwait_ = true;
    return nullptr;
  }
  if (DeferredState* const awaited = awaiter_->awaited()) return awaited;
  awaiter_->cancelAwait(CancelCause::Cancelled);
  return nullptr;
}

void CoroutineFrame::endAwait() noexcept {
  if (status_ != Status::Waiting) return;
  if (DeferredState* const awaited = awaiter_->awaited()) {
    const Ref<DeferredState> keep(awaited);
    awaited->cancel();
    if (status_ != Status::Waiting) return;
  }
  awaiter_->cancelAwait(CancelCause::ScopeClosed);
}

void raiseCancelledError() { throw CancelledError(); }

void failWithoutReturn(DeferredState& state) noexcept {
  state.fail(failureFrom([&] {
    const Place place = state.place();
    return Failure::of(Error("the coroutine at " + std::string(place.file) + ":" +
                             std::to_string(place.line) + " ended without co_return"));
  }));
}

void Awaiter::resumeSoon() noexcept { frame_->enqueue(); }

}  // namespace ropewalk::detail
