#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "reactor/driver.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// The calls that other threads made through callFromThread(). Nothing else in a reactor has a lock.
class ThreadCalls {
 public:
  // `driver` must outlive this.
  explicit ThreadCalls(Driver& driver) : driver_(driver) {}

  // Any thread. Wakes the reactor. False after close().
  bool add(UniqueFunction<void()> call);

  // Runs the calls present at entry, in order. Calls that they add wait for the next turn (TH5).
  void run() noexcept;

  // Refuses further calls, and runs those that were accepted.
  void close() noexcept;

  // Called around a fork, so that the lock is free and the list consistent in the child.
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  bool empty() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

 private:
  void runAll(std::vector<UniqueFunction<void()>>& calls) noexcept;

  Driver& driver_;
  std::mutex lock_;
  std::vector<UniqueFunction<void()>> calls_;  // guarded by lock_
  bool closed_ = false;                        // also guarded by lock_
  std::vector<UniqueFunction<void()>> running_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace ropewalk::detail
