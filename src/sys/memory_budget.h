#pragma once

#include <atomic>
#include <cstddef>

namespace ropewalk::sys {

// Bytes to ask for in one recv. Less while memory is short, because a connection reads some input
// before it finds that its output stalls.
inline constexpr std::size_t kReadSize = 64 * 1024;
inline constexpr std::size_t kReadSizeWhenShort = 4 * 1024;
// Hidden visibility makes a load one instruction.
[[gnu::visibility("hidden")]] extern constinit std::atomic<std::size_t> readSize;

// Add to and subtract from the sum that ropewalk/memory_budget.h describes. Any thread.
void chargeMemory(std::size_t bytes) noexcept;
void releaseMemory(std::size_t bytes) noexcept;

// True if at least 8 MiB and half of the peak since the last giveBackMemory() have been released.
bool mayGiveBackMemory() noexcept;

// Returns freed memory to the system. Other threads that call malloc wait meanwhile.
void giveBackMemory() noexcept;

// Is notified when releaseMemory() makes mayGiveBackMemory() true. The memory is not freed yet.
class MemoryListener {
 public:
  virtual void memoryReleased() noexcept = 0;

 protected:
  ~MemoryListener() = default;
};

// While this exists, releases on this thread notify `listener`, which must outlive it; null:
// nothing.
class MemoryListening {
 public:
  explicit MemoryListening(MemoryListener* listener) noexcept;
  MemoryListening(const MemoryListening&) = delete;
  MemoryListening& operator=(const MemoryListening&) = delete;
  ~MemoryListening();

 private:
  MemoryListener* before_;
};

}  // namespace ropewalk::sys
