#pragma once

#include <type_traits>
#include <utility>

#include "ropewalk/detail/deferred_state.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

namespace detail {

// The part of a promise that does not depend on its type.
class PromiseCore {
 public:
  // Throws AlreadyCalledError if `state` has a result. False if this is the one late firing of a
  // cancelled promise, which is ignored.
  bool admitFiring(const DeferredState& state);

  // Cancels: runs the canceller, then fails `state` unless the canceller fired it.
  void cancel(DeferredState& state) noexcept;

  // Called when the promise is dropped: fails `state` if anything may still wait for its result.
  void abandon(DeferredState& state) noexcept;

  UniqueFunction<void()> canceller;

 private:
  Failure runCanceller() noexcept;

  bool swallowsLateFiring = false;
  bool isCancelling = false;
};

template <class T>
class PromiseState final : public State<T> {
 public:
  using State<T>::State;

  PromiseCore core;

 private:
  DeferredState* cancelOnce() noexcept override {
    core.cancel(*this);
    return nullptr;
  }
};

}  // namespace detail

/// The end of a Deferred that the producer of the result holds and fires.
///
///   Deferred<int> ask() {
///     auto promise = std::make_shared<Promise<int>>();
///     reactor().callLater(1s, [promise] { promise->callback(42); });
///     return promise->deferred();
///   }
///
/// Ownership: move-only. If it is destroyed before it was fired, its Deferred fails with
/// PromiseDropped.
///
/// Threads: the reactor's thread only; from another one, fire through Reactor::callFromThread().
///
/// Reentrancy: callback() and errback() run the callbacks, and resume the coroutines that wait,
/// before they return. This holds in plain code and in coroutines.
///
/// A nested call is one inside a callback or coroutine that an outer callback() runs. It sets the
/// result at once, but the callbacks and coroutines that wait for it are queued, and run in order
/// before the outer call returns. So a chain of 100 000 promises, each fired by the callback of the
/// previous one, does not grow the stack. The promise may be destroyed meanwhile.
///
/// Errors: firing twice throws AlreadyCalledError. After the Deferred was cancelled, with no
/// onCancel() set, one firing is ignored.
template <class T>
class Promise {
 public:
  explicit Promise(detail::Place place = detail::Place::current())
      : state_(new detail::PromiseState<T>(place)) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&& other) noexcept {
    if (this == &other) return *this;
    drop();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Promise() { drop(); }

  /// Returns the other end. REQUIRES: not called before on this promise.
  Deferred<T> deferred() {
    assert(!state_->isAwaited() && state_->refCount() == 1 && "deferred() was called twice");
    return Deferred<T>(detail::Ref<detail::State<T>>(state_.get()));
  }

  /// Fires with a value: no argument for a Promise<void>, otherwise the arguments that make a T.
  template <class... V>
  requires(std::is_void_v<T> ? sizeof...(V) == 0
                             : std::is_constructible_v<T, V&&...>) void callback(V&&... value) {
    const detail::Ref<detail::PromiseState<T>> state = state_;
    if (!state->core.admitFiring(*state)) return;
    state->emplace(std::forward<V>(value)...);
    fire(*state);
  }

  /// Fires with a failure. REQUIRES: it is not empty.
  void errback(Failure failure) {
    const detail::Ref<detail::PromiseState<T>> state = state_;
    if (!state->core.admitFiring(*state)) return;
    state->fail(std::move(failure));
    fire(*state);
  }

  /// Sets a function that is called, at most once, if the Deferred is cancelled before it has a
  /// result. It should stop the work, and may fire the promise. If it does not, the Deferred fails
  /// with CancelledError when the function returns.
  void onCancel(UniqueFunction<void()> canceller) { state_->core.canceller = std::move(canceller); }

  /// True once it was fired or cancelled.
  bool hasFired() const noexcept { return state_->hasResult(); }

 private:
  static void fire(detail::PromiseState<T>& state) noexcept {
    state.core.canceller = nullptr;
    state.fire();
  }

  void drop() noexcept {
    if (!state_) return;
    const detail::Ref<detail::PromiseState<T>> state = std::move(state_);
    state->core.abandon(*state);
  }

  detail::Ref<detail::PromiseState<T>> state_;
};

}  // namespace ropewalk
