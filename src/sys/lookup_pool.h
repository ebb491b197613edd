#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "sys/host_names.h"
#include "sys/hosts_file.h"

namespace ropewalk::sys {

// One caller's request to look up a name.
class NameQuestion {
 public:
  // Calls `answered` once, on any thread and possibly from inside LookupPool::ask(), unless the
  // question was cancelled before the answer came.
  NameQuestion(std::string name, std::function<void(NameAnswer)> answered)
      : name_(std::move(name)), answered_(std::move(answered)) {}

 private:
  friend class LookupPool;
  struct Search;

  const std::string name_;
  const std::function<void(NameAnswer)> answered_;
  Search* search_ = nullptr;  // guarded by the pool's lock, as the next one
  std::list<std::shared_ptr<NameQuestion>>::iterator place_;
};

// The threads that look up names, because the system's resolver blocks. Started when needed, ended
// after a time without work. There is one pool for the process.
//
// A name in the hosts file is answered at once, without a thread, whatever nsswitch.conf says.
// Equal questions share one search. A search cannot be interrupted: it runs on after all its
// questions were cancelled, which happens to names whose servers are down. Such an abandoned search
// occupies its thread but does not count against kMostSearches, so it does not delay the others. A
// new question for its name joins it.
//
// There are at most kMostThreads threads. If more than kMostThreads - kMostSearches of them are
// occupied by abandoned searches, fewer are left for other names. If all are, further questions
// wait until the resolver gives up on one (resolv.conf(5): by default after 5 s for each server and
// attempt).
class LookupPool {
 public:
  // Searches that still have a question and run at the same time; others wait in the order asked.
  static constexpr std::size_t kMostSearches = 16;

  static constexpr std::size_t kMostThreads = 64;

  static LookupPool& instance();

  // In a child process: drops the pool, because the parent's threads do not exist there.
  static void afterFork();

  // Throws std::bad_alloc, and std::system_error if there is no thread and none can be made.
  void ask(std::shared_ptr<NameQuestion> question);

  // Takes constant time. `answered` is not called afterwards, unless its call has begun.
  void cancel(NameQuestion& question) noexcept;

 private:
  using Search = NameQuestion::Search;

  Search& searchFor(const std::string& name);
  void forget(Search& search) noexcept;
  bool mayBegin() const noexcept;
  void makeThread();
  void work();
  void searchNext(std::unique_lock<std::mutex>& guard);

  std::mutex lock_;
  std::condition_variable asked_;
  HostsFile hosts_;                                   // guarded by lock_, as the rest
  std::unordered_map<std::string, Search> searches_;  // by lookupKey()
  std::list<Search*> waiting_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  std::size_t abandoned_ = 0;  // running searches that have no question
};

// A search and its questions. It is in waiting_ until a thread takes it.
struct NameQuestion::Search {
  std::string key;
  std::string name;
  std::list<std::shared_ptr<NameQuestion>> questions;
  std::list<Search*>::iterator place;
  bool isRunning = false;
};

}  // namespace ropewalk::sys
