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

// The thread on which a reactor turns, while it does. Nothing of the reactor may be called on
// another one meanwhile.
class HomeThread {
 public:
  // Returns what was there before.
  std::thread::id set(std::thread::id thread) noexcept {
    return thread_.exchange(thread, std::memory_order_relaxed);
  }

  bool isTurning() const noexcept {
    return thread_.load(std::memory_order_relaxed) != std::thread::id();
  }

  // A reactor that does not turn is at home everywhere.
  bool isHere() const noexcept {
    const std::thread::id thread = thread_.load(std::memory_order_relaxed);
    return thread == std::thread::id() || thread == std::this_thread::get_id();
  }

 private:
  std::atomic<std::thread::id> thread_;
};

// Says on stderr what was called where it must not be, and aborts. `name`: of the connection; may
// be empty.
[[noreturn]] void stopWrongThread(const char* name, const char* call) noexcept;

}  // namespace ropewalk::detail
