#pragma once

namespace ropewalk::detail {

// Called around each fork() of this process, on the thread that forks.
struct ForkHandlers {
  void (*before)() noexcept;
  void (*inParent)() noexcept;
  void (*inChild)() noexcept;
};

// Makes each fork() hold the log's lock, so that the child can log. Later calls do nothing. Any
// thread.
void holdLogAtFork() noexcept;

// The same, and calls `more` while the log's lock is held, in this order because a sink may take
// locks that `more` takes.
void atFork(const ForkHandlers& more) noexcept;

}  // namespace ropewalk::detail
