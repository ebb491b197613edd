#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "reactor/driver.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {

// What other threads asked the reactor to do: the only thing here with a lock.
class ThreadCalls {
 public:
  // `driver` must outlive this.
  explicit ThreadCalls(Driver& driver) : driver_(driver) {}

  // Any thread. Wakes the reactor. False after close().
  bool add(UniqueFunction<void()> call);

  // Runs what was there at entry, in order; what those calls add waits for the next turn (TH5).
  void run() noexcept;

  // Accepts no more calls, and runs those that were accepted.
  void close() noexcept;

  // Around a fork, so that in the child the lock is free and the list of calls is consistent.
  void lock() noexcept { lock_.lock(); }
  void unlock() noexcept { lock_.unlock(); }

  bool empty() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

 private:
  void runAll(std::vector<UniqueFunction<void()>>& calls) noexcept;

  Driver& driver_;
  std::mutex lock_;
  std::vector<UniqueFunction<void()>> calls_;  // guarded by lock_
  bool closed_ = false;                        // the same
  std::vector<UniqueFunction<void()>> running_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace ropewalk::detail
