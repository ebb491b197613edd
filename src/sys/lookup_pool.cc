// A pool thread takes the first search in the queue, calls the blocking resolver without the lock
// and gives the result to all its questions. The lock is never held while `answered` runs, so it
// may ask or cancel again.

#include "sys/lookup_pool.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <iterator>
#include <thread>
#include <utility>

namespace ropewalk::sys {

namespace {

// How long a thread without work lives.
constexpr std::chrono::seconds kIdleTime{5};

constinit std::atomic<LookupPool*> pool = nullptr;

// A new thread inherits its creator's mask. Signals must go to the program's threads, not to ours.
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

// Never destroyed: a thread may be inside the resolver when the process ends.
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
  std::unique_lock<std::mutex> guard(lock_);
  if (const std::vector<Address>& known = hosts_.find(question->name_); !known.empty()) {
    NameAnswer answer{known, {}};
    guard.unlock();
    return question->answered_(std::move(answer));
  }
  std::list<std::shared_ptr<NameQuestion>> one;
  one.push_back(std::move(question));
  NameQuestion& asked = *one.front();
  Search& search = searchFor(asked.name_);
  if (search.isRunning && search.questions.empty()) --abandoned_;
  asked.search_ = &search;
  asked.place_ = one.begin();
  search.questions.splice(search.questions.end(), one);
  if (search.isRunning) return;
  try {
    makeThread();
  } catch (...) {
    search.questions.pop_back();
    asked.search_ = nullptr;
    if (search.questions.empty()) forget(search);
    throw;
  }
}

// Returns the search for this name; if there is none, adds one at the end of the queue.
LookupPool::Search& LookupPool::searchFor(const std::string& name) {
  const auto [found, isNew] = searches_.try_emplace(lookupKey(name));
  Search& search = found->second;
  if (!isNew) return search;
  try {
    search.key = found->first;
    search.name = name;
    waiting_.push_back(&search);
  } catch (...) {
    searches_.erase(found);
    throw;
  }
  search.place = std::prev(waiting_.end());
  return search;
}

void LookupPool::forget(Search& search) noexcept {
  if (!search.isRunning) waiting_.erase(search.place);
  const auto found = searches_.find(search.key);
  searches_.erase(found);
}

void LookupPool::cancel(NameQuestion& question) noexcept {
  const std::lock_guard<std::mutex> guard(lock_);
  Search* const search = std::exchange(question.search_, nullptr);
  if (search == nullptr) return;
  search->questions.erase(question.place_);
  if (!search->questions.empty()) return;
  if (!search->isRunning) return forget(*search);
  ++abandoned_;
  try {
    makeThread();
  } catch (...) {
    // The next question, or the thread that ends a search, starts the waiting one.
  }
}

// Whether the first search in the queue may start.
bool LookupPool::mayBegin() const noexcept {
  return !waiting_.empty() && threads_ - idle_ - abandoned_ < kMostSearches;
}

// Starts a thread for the first search in the queue, unless that must wait or a thread is idle.
void LookupPool::makeThread() {
  if (!mayBegin()) return;
  if (idle_ >= waiting_.size() || threads_ == kMostThreads) return asked_.notify_one();
  const SignalsBlocked blocked;
  try {
    std::thread([this] { work(); }).detach();
    ++threads_;
  } catch (...) {
    // If another thread exists, the search only takes longer. Without one it would never run.
    if (threads_ == 0) throw;
  }
}

void LookupPool::work() {
  std::unique_lock<std::mutex> guard(lock_);
  while (true) {
    ++idle_;
    const bool some = asked_.wait_for(guard, kIdleTime, [this] { return mayBegin(); });
    --idle_;
    if (!some) break;
    searchNext(guard);
  }
  --threads_;
}

void LookupPool::searchNext(std::unique_lock<std::mutex>& guard) {
  Search& search = *waiting_.front();
  waiting_.pop_front();
  search.isRunning = true;
  const std::string name = search.name;
  guard.unlock();
  const NameAnswer answer = lookUp(name);
  guard.lock();
  const std::list<std::shared_ptr<NameQuestion>> questions = std::move(search.questions);
  if (questions.empty()) --abandoned_;
  for (const auto& question : questions) question->search_ = nullptr;
  forget(search);
  guard.unlock();
  for (const auto& question : questions) question->answered_(answer);
  guard.lock();
}

}  // namespace ropewalk::sys
