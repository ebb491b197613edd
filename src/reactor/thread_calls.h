#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// What other threads asked the reactor to do: the only thing here with a lock.
class ThreadCalls {
 public:
  // Any thread. True if the reactor has to be woken: it sleeps, or may be about to.
  bool add(UniqueFunction<void()> call);

  // Runs what was there at entry, in order; what those calls add waits for the next turn (TH5).
  void run() noexcept;

  bool empty() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

 private:
  std::mutex lock_;
  std::vector<UniqueFunction<void()>> calls_;  // guarded by lock_
  std::vector<UniqueFunction<void()>> running_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace ropewalk::detail
