#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// A reference count inside an object that lives on one reactor's thread. Not atomic.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void addRef() noexcept { ++refs_; }
  void release() noexcept {
    if (dropRef()) delete this;
  }
  std::uint32_t refCount() const noexcept { return refs_; }

 protected:
  virtual ~RefCounted() = default;

  // Drops one reference. True if it was the last: the caller must destroy the object.
  bool dropRef() noexcept { return --refs_ == 0; }

 private:
  std::uint32_t refs_ = 0;
};

// The same for objects whose handles go to other threads. Only the count is atomic. Any thread may
// drop the last handle, so by then the object must not hold anything bound to one thread.
class SharedRefCounted {
 public:
  SharedRefCounted() = default;
  SharedRefCounted(const SharedRefCounted&) = delete;
  SharedRefCounted& operator=(const SharedRefCounted&) = delete;

  void addRef() noexcept {
    if (!isImmortal()) refs_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (!isImmortal() && refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  std::uint32_t refCount() const noexcept { return refs_.load(std::memory_order_relaxed); }

 protected:
  virtual ~SharedRefCounted() = default;

  // Stops counting, and is never deleted: for an object that all threads share.
  void makeImmortal() noexcept { refs_.store(kImmortal, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kImmortal = ~0u;

  bool isImmortal() const noexcept { return refCount() == kImmortal; }

  std::atomic<std::uint32_t> refs_ = 0;
};

// Owns one reference to a RefCounted or SharedRefCounted object; may be empty.
template <typename T>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(T* object) noexcept : object_(object) {
    if (object_) object_->addRef();
  }
  Ref(const Ref& other) noexcept : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) object_->release();
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

}  // namespace ropewalk::detail
