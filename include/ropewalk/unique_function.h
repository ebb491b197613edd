#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

template <class Signature>
class UniqueFunction;

namespace detail {

// Three words hold what most closures capture; anything larger lives on the heap.
inline constexpr std::size_t kInlineCallableSize = 3 * sizeof(void*);

template <class F>
inline constexpr bool kFitsInline =
    sizeof(F) <= kInlineCallableSize &&
    alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

// The operations of one callable type. A null `relocate` means "copy the bytes", a null `destroy`
// means "nothing to do". Both are null for every closure of plain values and references.
template <class R, class... A>
struct CallableOperations {
  R (*call)(void* storage, A&&... arguments);
  void (*relocate)(void* from, void* to) noexcept;
  void (*destroy)(void* storage) noexcept;
};

template <class F>
F& callableIn(void* storage) {
  if constexpr (kFitsInline<F>) {
    return *static_cast<F*>(storage);
  } else {
    return **static_cast<F**>(storage);
  }
}

template <class F>
void relocateCallable(void* from, void* to) noexcept {
  F& source = *static_cast<F*>(from);
  ::new (to) F(std::move(source));
  source.~F();  // NOLINT(bugprone-use-after-move): what was moved from has to die as well
}

template <class F>
void destroyCallable(void* storage) noexcept {
  if constexpr (kFitsInline<F>) {
    static_cast<F*>(storage)->~F();
  } else {
    delete *static_cast<F**>(storage);
  }
}

template <class F, class R, class... A>
R callCallable(void* storage, A&&... arguments) {
  if constexpr (std::is_void_v<R>) {
    callableIn<F>(storage)(static_cast<A&&>(arguments)...);
  } else {
    return callableIn<F>(storage)(static_cast<A&&>(arguments)...);
  }
}

template <class F, class R, class... A>
inline constexpr CallableOperations<R, A...> kCallableOperations = {
    callCallable<F, R, A...>,
    kFitsInline<F> && !std::is_trivially_copyable_v<F> ? relocateCallable<F> : nullptr,
    kFitsInline<F>&& std::is_trivially_destructible_v<F> ? nullptr : destroyCallable<F>,
};

template <class F, class R, class... A>
concept CallableAs = std::is_invocable_r_v<R, F&, A...> &&
    (std::is_class_v<F> || std::is_pointer_v<F>);

}  // namespace detail

/// A function object that can be moved but not copied, so that it may own what it captures.
///
///   UniqueFunction<int(int)> addTo = [sum = std::make_unique<int>(1)](int n) {
///     return *sum += n;
///   };
///
/// A closure of up to three words is kept inside; a larger one costs one allocation. Accepts
/// anything that can be called with these arguments, including a function pointer (a null one gives
/// an empty function), but not a pointer to member.
///
/// Ownership: owns the callable; moving leaves the source empty. It must not be destroyed or
/// assigned to while it runs.
///
/// Threads:   a value; one thread at a time.
template <class R, class... A>
class UniqueFunction<R(A...)> {
 public:
  UniqueFunction() noexcept = default;
  UniqueFunction(std::nullptr_t) noexcept {}

  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
           detail::CallableAs<std::decay_t<F>, R, A...>) UniqueFunction(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (std::is_pointer_v<std::remove_cvref_t<F>>) {
      if (callable == nullptr) return;
    }
    if constexpr (detail::kFitsInline<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
    } else {
      auto* onHeap = new Callable(std::forward<F>(callable));
      std::memcpy(storage_, &onHeap, sizeof onHeap);  // NOLINT: the pointer itself
    }
    operations_ = &detail::kCallableOperations<Callable, R, A...>;
  }

  UniqueFunction(UniqueFunction&& other) noexcept { takeFrom(other); }

  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this == &other) return *this;
    // The old callable is destroyed last: its destructor may run code that uses this function.
    UniqueFunction old(std::move(*this));
    takeFrom(other);
    return *this;
  }

  UniqueFunction& operator=(std::nullptr_t) noexcept {
    UniqueFunction old(std::move(*this));
    return *this;
  }

  ~UniqueFunction() {
    if (operations_ != nullptr && operations_->destroy != nullptr) operations_->destroy(storage_);
  }

  /// True unless empty.
  explicit operator bool() const noexcept { return operations_ != nullptr; }

  /// Calls the callable. REQUIRES: not empty.
  R operator()(A... arguments) {
    assert(operations_ != nullptr && "an empty UniqueFunction was called");
    return operations_->call(storage_, static_cast<A&&>(arguments)...);
  }

 private:
  void takeFrom(UniqueFunction& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ == nullptr) return;
    if (operations_->relocate != nullptr) {
      operations_->relocate(other.storage_, storage_);
    } else {
      std::memcpy(storage_, other.storage_, sizeof storage_);
    }
  }

  // Initialised so that moving a callable smaller than this copies nothing that was never written.
  alignas(void*) std::byte storage_[detail::kInlineCallableSize] = {};
  const detail::CallableOperations<R, A...>* operations_ = nullptr;
};

}  // namespace ropewalk
