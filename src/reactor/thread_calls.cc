#include "reactor/thread_calls.h"

#include <utility>

#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

bool ThreadCalls::add(UniqueFunction<void()> call) {
  const std::lock_guard<std::mutex> guard(lock_);
  if (closed_) return false;
  calls_.push_back(std::move(call));
  // One wake-up per batch: if calls are queued, the thread that added the first has woken the
  // reactor. Holds the lock, because after close() the driver may be destroyed.
  if (count_.fetch_add(1, std::memory_order_acq_rel) == 0) driver_.wake();
  return true;
}

void ThreadCalls::close() noexcept {
  std::vector<UniqueFunction<void()>> last;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    closed_ = true;
    last.swap(calls_);
    count_.store(0, std::memory_order_release);
  }
  runAll(last);
}

void ThreadCalls::run() noexcept {
  std::vector<UniqueFunction<void()>> batch = std::move(running_);
  {
    const std::lock_guard<std::mutex> guard(lock_);
    batch.swap(calls_);
    count_.store(0, std::memory_order_release);
  }
  runAll(batch);
  if (driver_.isOurs()) batch.clear();
  running_ = std::move(batch);  // reuses its memory
}

void ThreadCalls::runAll(std::vector<UniqueFunction<void()>>& calls) noexcept {
  for (UniqueFunction<void()>& call : calls) {
    if (!driver_.isOurs()) return;  // a call forked, and this is the child
    try {
      call();
    } catch (...) {
      const Failure thrown = Failure::current();
      logError("a call from another thread threw {}: {}", thrown.typeName(), thrown);
    }
    call = nullptr;
  }
}

}  // namespace ropewalk::detail
