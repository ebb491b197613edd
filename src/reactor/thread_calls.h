#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// What other threads asked the reactor to do: the only thing here with a lock.
class ThreadCalls {
 public:
  // Any thread. WakeUp: the reactor sleeps, or may be about to. Refused: after close().
  enum class Added { Refused, Taken, WakeUp };
  Added add(UniqueFunction<void()> call);

  // Runs what was there at entry, in order; what those calls add waits for the next turn (TH5).
  void run() noexcept;

  // Drops what is there and takes no more.
  void close() noexcept;

  bool empty() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

 private:
  std::mutex lock_;
  std::vector<UniqueFunction<void()>> calls_;  // guarded by lock_
  bool closed_ = false;                        // the same
  std::vector<UniqueFunction<void()>> running_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace ropewalk::detail
