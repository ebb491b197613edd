#include "sys/fork_watcher.h"

#include <csignal>
#include <mutex>

#include "log/at_fork.h"
#include "sys/lookup_pool.h"
#include "sys/process_mark.h"

namespace ropewalk::sys {

// The list of all watchers. Static data only, so that it exists before and after all other objects.
class ForkWatchers {
 public:
  static void add(ForkWatcher& watcher) {
    const std::lock_guard<std::mutex> guard(lock);
    watcher.next_ = first;
    first = &watcher;
  }

  static void remove(ForkWatcher& watcher) noexcept {
    const std::lock_guard<std::mutex> guard(lock);
    ForkWatcher** place = &first;
    while (*place != &watcher) place = &(*place)->next_;
    *place = watcher.next_;
  }

  static void before() noexcept {
    lock.lock();
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &signals);
    for (ForkWatcher* each = first; each; each = each->next_) each->beforeFork();
  }

  static void inParent() noexcept {
    for (ForkWatcher* each = first; each; each = each->next_) each->forkedInParent();
    release();
  }

  static void inChild() noexcept {
    ProcessMark::wipe();
    LookupPool::afterFork();
    for (ForkWatcher* each = first; each; each = each->next_) each->forkedInChild();
    release();
  }

 private:
  static void release() noexcept {
    const sigset_t before = signals;
    lock.unlock();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  static constinit std::mutex lock;
  static constinit ForkWatcher* first;
  static sigset_t signals;  // the mask of the thread that forks
};

constinit std::mutex ForkWatchers::lock;
constinit ForkWatcher* ForkWatchers::first = nullptr;
sigset_t ForkWatchers::signals;

ForkWatcher::ForkWatcher() {
  static constexpr detail::ForkHandlers kHandlers = {ForkWatchers::before, ForkWatchers::inParent,
                                                     ForkWatchers::inChild};
  detail::atFork(kHandlers);
  ForkWatchers::add(*this);
}

ForkWatcher::~ForkWatcher() { ForkWatchers::remove(*this); }

}  // namespace ropewalk::sys
