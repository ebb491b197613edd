#pragma once

#include <atomic>
#include <thread>
#include <utility>

namespace ropewalk::detail {

#ifdef NDEBUG
inline constexpr bool kChecksThreads = false;
#else
inline constexpr bool kChecksThreads = true;
#endif

// The thread on which a reactor runs, while it runs. No other thread may call the reactor or its
// connections meanwhile.
class HomeThread {
 public:
  // Returns the previous value.
  std::thread::id set(std::thread::id thread) noexcept {
    return thread_.exchange(thread, std::memory_order_relaxed);
  }

  bool isTurning() const noexcept {
    return thread_.load(std::memory_order_relaxed) != std::thread::id();
  }

  // True on every thread while the reactor is not running.
  bool isHere() const noexcept {
    const std::thread::id thread = thread_.load(std::memory_order_relaxed);
    return thread == std::thread::id() || thread == std::this_thread::get_id();
  }

 private:
  std::atomic<std::thread::id> thread_;
};

// Reports on stderr that `call` was made on the wrong thread, and aborts. `name` is the
// connection's; may be empty.
[[noreturn]] void stopWrongThread(const char* name, const char* call) noexcept;

}  // namespace ropewalk::detail
