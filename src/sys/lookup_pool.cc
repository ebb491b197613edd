#include "sys/lookup_pool.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

namespace ropewalk::sys {

namespace {

// How long a thread without work stays.
constexpr std::chrono::seconds kIdleTime{5};

constinit std::atomic<LookupPool*> pool = nullptr;

// A thread takes its mask from whoever makes it: the program's signals are not for ours.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

// Never destroyed: a thread may be asking when the process ends.
LookupPool& LookupPool::instance() {
  LookupPool* present = pool.load();
  if (present) return *present;
  auto* const made = new LookupPool;
  if (pool.compare_exchange_strong(present, made)) return *made;
  delete made;
  return *present;
}

void LookupPool::afterFork() { pool.store(nullptr); }

void LookupPool::ask(std::shared_ptr<NameQuestion> question) {
  const std::lock_guard<std::mutex> guard(lock_);
  waiting_.push_back(std::move(question));
  if (idle_ >= waiting_.size() || threads_ == kMostThreads) return asked_.notify_one();
  const SignalsBlocked blocked;
  try {
    std::thread([this] { work(); }).detach();
    ++threads_;
  } catch (...) {
    // With another thread there it only takes longer; without one nobody would ever answer.
    if (threads_ > 0) return;
    waiting_.pop_back();
    throw;
  }
}

void LookupPool::cancel(const std::shared_ptr<NameQuestion>& question) {
  const std::lock_guard<std::mutex> guard(lock_);
  std::erase(waiting_, question);
}

void LookupPool::work() {
  std::unique_lock<std::mutex> guard(lock_);
  while (true) {
    ++idle_;
    const bool some = asked_.wait_for(guard, kIdleTime, [this] { return !waiting_.empty(); });
    --idle_;
    if (!some) break;
    const std::shared_ptr<NameQuestion> question = std::move(waiting_.front());
    waiting_.pop_front();
    guard.unlock();
    question->answered(lookUp(question->name));
    guard.lock();
  }
  --threads_;
}

}  // namespace ropewalk::sys
