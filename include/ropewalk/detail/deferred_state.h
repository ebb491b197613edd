#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/place.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/failure.h"

namespace ropewalk {

template <class T>
class [[nodiscard("await it, add callbacks to it, or spawn() its function")]] Deferred;

namespace detail {

class DeferredState;
struct Level;

// Waits for the result of a DeferredState.
class Continuation {
 public:
  // Takes the result of `source`. Returns the state that has a result because of this, with one
  // reference that the caller must release, or null.
  virtual DeferredState* proceed(DeferredState& source) noexcept = 0;

 protected:
  ~Continuation() = default;
};

// The state that a Promise and its Deferred share: at most one result, which never changes, and at
// most one continuation. Each addCallback() makes another state, which is the continuation of the
// previous one.
//
// The code that must fire a state always does so before it releases the state, if only with a
// failure. So no continuation waits for ever, and chains are never destroyed recursively.
//
// For one thread only.
class DeferredState : public RefCounted {
 public:
  explicit DeferredState(Place place) noexcept : place_(place) {}

  bool hasResult() const noexcept { return status_ != Status::Pending; }
  bool hasFailed() const noexcept { return status_ == Status::Failed; }
  const Failure& failure() const noexcept { return failure_; }
  Place place() const noexcept { return place_; }
  void setPlace(Place place) noexcept { place_ = place; }

  // Gives this state its result. REQUIRES: it has none.
  void fail(Failure failure) noexcept;

  // Returns the failure, and marks it as handled.
  const Failure& handleFailure() noexcept {
    handled_ = true;
    return failure_;
  }

  // REQUIRES: it has no continuation, and has not run.
  void setContinuation(Continuation& continuation) noexcept {
    assert(continuation_ == nullptr);
    continuation_ = &continuation;
  }
  void clearContinuation() noexcept { continuation_ = nullptr; }
  bool isAwaited() const noexcept { return continuation_ != nullptr; }

  // Runs the continuation of this result, and those of the results that it makes, in a loop.
  // REQUIRES: there is a result, and the caller holds a reference.
  void run() noexcept;

  // Like run(), for a result that was set just now. Inside another fire() of this thread it only
  // queues this state. The outermost fire() runs everything queued, and resumes the coroutines that
  // are ready, before it returns. So the stack does not grow when callbacks fire promises.
  void fire() noexcept;

  // Hides RefCounted::release(). A state whose last reference is dropped while another state is
  // destroyed is destroyed after it, not inside it, so that a chain of Deferreds of any length does
  // not overflow the stack.
  void release() noexcept {
    if (dropRef()) destroy();
  }

  // Cancels the work behind this result. Afterwards this state has a result or will have one soon.
  void cancel() noexcept;

 protected:
  ~DeferredState() override;

  void setHasValue() noexcept { status_ = Status::Value; }

 private:
  friend struct Level;

  enum class Status : std::uint8_t { Pending, Value, Failed };

  void destroy() noexcept;

  // One step of cancel(): returns the state to cancel instead of this one, or null when the work
  // is done. Called only while there is no result.
  virtual DeferredState* cancelOnce() noexcept { return nullptr; }

  Status status_ = Status::Pending;
  bool handled_ = false;
  Continuation* continuation_ = nullptr;
  DeferredState* next_ = nullptr;  // in a queue of its Level
  Failure failure_;
  Place place_;
};

struct Unit {};

template <class T>
class State : public DeferredState {
  static_assert(!std::is_reference_v<T>, "a Deferred carries a value, not a reference");

 public:
  using DeferredState::DeferredState;
  using Value = std::conditional_t<std::is_void_v<T>, Unit, T>;

  // Gives this state its result. REQUIRES: it has none.
  template <class... V>
  void emplace(V&&... value) {
    value_.emplace(std::forward<V>(value)...);
    setHasValue();
  }

  // REQUIRES: there is a result, and it is not a failure.
  Value& value() noexcept { return *value_; }

  // Gives this state the result of `other`. REQUIRES: `other` has a result, and this has none.
  void takeFrom(State& other) {
    if (other.hasFailed()) {
      fail(other.handleFailure());
    } else {
      emplace(std::move(other.value()));
    }
  }

 private:
  std::optional<Value> value_;
};

template <class T>
inline constexpr bool kIsDeferred = false;
template <class T>
inline constexpr bool kIsDeferred<Deferred<T>> = true;

// The only access to the state of a Deferred.
struct DeferredAccess {
  template <class T>
  static Ref<State<T>> take(Deferred<T>&& deferred) noexcept {
    assert(deferred.state_ && "an empty or used-up Deferred was used");
    return std::move(deferred.state_);
  }
  template <class T>
  static const Ref<State<T>>& peek(const Deferred<T>& deferred) noexcept {
    assert(deferred.state_ && "an empty or used-up Deferred was used");
    return deferred.state_;
  }
};

}  // namespace detail
}  // namespace ropewalk
