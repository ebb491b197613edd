#pragma once

#include "ropewalk/detail/cxx20.h"
// After cxx20.h, because in C++17 <coroutine> would report its own errors first.
#include <cassert>
#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/coroutine_frame.h"
#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/error.h"

namespace ropewalk::detail {

[[noreturn]] void raiseCancelledError();

// Fails the state of a coroutine that ended without a co_return. In C++ that is undefined; g++
// continues at the final suspension point.
void failWithoutReturn(DeferredState& state) noexcept;

// In the header, so that the NDEBUG of the code with the coroutine decides whether it asserts.
inline void ensureWellCompiled([[maybe_unused]] const CoroutineFrame& frame,
                               [[maybe_unused]] std::coroutine_handle<> handle) noexcept {
  assert(frame.isAt(handle) && "miscompiled coroutine: is a co_await in a condition? See Deferred");
}

// `co_await` on one of our own awaiters, which lives until the end of the whole expression.
template <class A>
class AwaiterRun {
 public:
  AwaiterRun(A& awaiter, CoroutineFrame& frame) noexcept : awaiter_(awaiter), frame_(frame) {
    awaiter.attachTo(frame);
  }

  bool await_ready() {
    refused_ = !frame_.mayAwait();
    return refused_ ? !frame_.isDoomed() : awaiter_.ready();
  }
  void await_suspend(std::coroutine_handle<> handle) {
    ensureWellCompiled(frame_, handle);
    if (frame_.waitIn(awaiter_)) awaiter_.wait();
  }
  decltype(auto) await_resume() {
    if (refused_ || awaiter_.isCancelled()) raiseCancelledError();
    return awaiter_.result();
  }

 private:
  A& awaiter_;
  CoroutineFrame& frame_;
  bool refused_ = false;
};

// `co_await` on a Deferred. Does not own the Deferred's state, because the Deferred, too, lives
// until the end of the whole expression.
template <class T>
class DeferredAwaiter final : public Awaiter, public Continuation {
 public:
  DeferredAwaiter(State<T>& state, CoroutineFrame& frame) noexcept : state_(state), self_(frame) {
    attachTo(frame);
  }

  bool await_ready() noexcept {
    refused_ = !self_.mayAwait();
    if (refused_) state_.cancel();
    return refused_ ? !self_.isDoomed() : state_.hasResult();
  }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    ensureWellCompiled(self_, handle);
    if (self_.waitIn(*this)) state_.setContinuation(*this);
  }
  T await_resume() {
    if (refused_ || isCancelled()) raiseCancelledError();
    if (state_.hasFailed()) state_.handleFailure().raise();
    if constexpr (!std::is_void_v<T>) return std::move(state_.value());
  }

 private:
  DeferredState* proceed(DeferredState&) noexcept override {
    resumeSoon();
    return nullptr;
  }
  DeferredState* awaited() const noexcept override { return &state_; }

  // Reached only if the Deferred does not end when it is cancelled.
  void cancelAwait(CancelCause) noexcept override {
    state_.clearContinuation();
    raiseCancelled();
  }

  State<T>& state_;
  CoroutineFrame& self_;
  bool refused_ = false;
};

// The end of a coroutine. If it was suspended before, the ResumeQueue, which resumed it, destroys
// it; otherwise the compiler does.
class FinalAwaiter {
 public:
  explicit FinalAwaiter(CoroutineFrame& frame) noexcept : frame_(frame) {}
  bool await_ready() const noexcept { return frame_.endsInFirstRun(); }
  void await_suspend(std::coroutine_handle<>) const noexcept { frame_.ended(); }
  void await_resume() const noexcept {}

 private:
  CoroutineFrame& frame_;
};

template <class T>
class CoroutineState final : public State<T> {
 public:
  using State<T>::State;

  CoroutineFrame* frame = nullptr;

 private:
  DeferredState* cancelOnce() noexcept override { return frame->cancelOnce(); }
};

template <class>
inline constexpr bool kMayBeAwaited = false;

// The common part of coroutines with and without a value.
template <class T>
class CoroutineBody : public CoroutineFrame {
 public:
  Deferred<T> get_return_object(Place place = Place::current()) {
    state().setPlace(place);
    return Deferred<T>(Ref<State<T>>(&state()));
  }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept {
    if (!state().hasResult()) failWithoutReturn(state());
    return FinalAwaiter(*this);
  }
  void unhandled_exception() noexcept { state().fail(Failure::current()); }

  template <class U>
  DeferredAwaiter<U> await_transform(Deferred<U>&& deferred) noexcept {
    return DeferredAwaiter<U>(*DeferredAccess::peek(deferred), *this);
  }
  template <class U>
  std::suspend_never await_transform(Deferred<U>&) noexcept {
    static_assert(kMayBeAwaited<U>, "write co_await std::move(deferred)");
    return {};
  }
  template <std::derived_from<Awaiter> A>
  AwaiterRun<A> await_transform(A&& awaiter) noexcept {
    return AwaiterRun<A>(awaiter, *this);
  }

 protected:
  explicit CoroutineBody(std::coroutine_handle<> handle)
      : CoroutineFrame(handle, Ref<DeferredState>(new CoroutineState<T>(Place()))) {
    state().frame = this;
  }

  CoroutineState<T>& state() const noexcept {
    return static_cast<CoroutineState<T>&>(CoroutineFrame::state());
  }
};

template <class T>
class CoroutinePromise : public CoroutineBody<T> {
 public:
  CoroutinePromise()
      : CoroutineBody<T>(std::coroutine_handle<CoroutinePromise>::from_promise(*this)) {}

  template <class V = T>
  requires std::is_constructible_v<T, V&&>
  void return_value(V&& value) { this->state().emplace(std::forward<V>(value)); }
};

template <>
class CoroutinePromise<void> : public CoroutineBody<void> {
 public:
  CoroutinePromise()
      : CoroutineBody<void>(std::coroutine_handle<CoroutinePromise>::from_promise(*this)) {}

  void return_void() { state().emplace(); }
};

}  // namespace ropewalk::detail
