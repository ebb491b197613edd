#pragma once

namespace ropewalk::sys {

// Is notified of each fork() of this process, on the thread that forks, which need not be the
// watcher's own. Signals are blocked on that thread meanwhile.
//
// _Fork(), vfork() and clone(2) do not notify it.
class ForkWatcher {
 public:
  ForkWatcher();
  ForkWatcher(const ForkWatcher&) = delete;
  ForkWatcher& operator=(const ForkWatcher&) = delete;
  virtual ~ForkWatcher();

  // Takes the locks that must be free in the child; the other two release them.
  virtual void beforeFork() noexcept = 0;
  virtual void forkedInParent() noexcept = 0;

  // Only the thread that forked exists here. The parent's other threads may have been stopped
  // anywhere.
  virtual void forkedInChild() noexcept = 0;

 private:
  friend class ForkWatchers;

  ForkWatcher* next_ = nullptr;
};

}  // namespace ropewalk::sys
