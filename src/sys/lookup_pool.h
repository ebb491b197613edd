#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "sys/host_names.h"

namespace ropewalk::sys {

// One question to the system, and who wants the answer.
struct NameQuestion {
  std::string name;

  // Called once on a thread of the pool, unless it was cancelled before its turn.
  std::function<void(NameAnswer)> answered;
};

// The threads that ask the system for names, which would keep a reactor waiting: their own, so that
// slow name servers hold up nothing else. Made when needed, gone when there was nothing to do for a
// while. One pool for the process.
class LookupPool {
 public:
  // Questions that are asked at a time; more wait their turn.
  static constexpr std::size_t kMostThreads = 16;

  static LookupPool& instance();

  // In a child process: the threads of the parent are not there.
  static void afterFork();

  void ask(std::shared_ptr<NameQuestion> question);

  // Takes it out of those that wait. One that is being asked goes on; its answer is still told.
  void cancel(const std::shared_ptr<NameQuestion>& question);

 private:
  void work();

  std::mutex lock_;
  std::condition_variable asked_;
  std::deque<std::shared_ptr<NameQuestion>> waiting_;  // guarded by lock_, as what follows
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
};

}  // namespace ropewalk::sys
