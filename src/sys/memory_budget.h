#pragma once

#include <atomic>
#include <cstddef>

namespace ropewalk::sys {

// Bytes to ask for in one recv. Few while memory is short, because some input is read from a
// connection before it is known that its output stalls.
inline constexpr std::size_t kReadSize = 64 * 1024;
inline constexpr std::size_t kReadSizeWhenShort = 4 * 1024;
// Hidden visibility, so that a load is one instruction.
[[gnu::visibility("hidden")]] extern constinit std::atomic<std::size_t> readSize;

// The counter behind ropewalk/memory_budget.h, which says what counts. Any thread.
void chargeMemory(std::size_t bytes) noexcept;
void releaseMemory(std::size_t bytes) noexcept;

// True if much of what was held since the last giveBackMemory() has been released: 8 MiB at least,
// and half of it.
bool mayGiveBackMemory() noexcept;

// Gives the memory that was freed back to the system; malloc waits meanwhile.
void giveBackMemory() noexcept;

// Is notified when releaseMemory() has made mayGiveBackMemory() true. The memory is not freed yet.
class MemoryListener {
 public:
  virtual void memoryReleased() noexcept = 0;

 protected:
  ~MemoryListener() = default;
};

// While it lives, releases on this thread notify `listener`, which must outlive it; null: nobody.
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
