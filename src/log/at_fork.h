#pragma once

namespace ropewalk::detail {

// What is done at each fork() of this process, on the thread that forks.
struct ForkHandlers {
  void (*before)() noexcept;
  void (*inParent)() noexcept;
  void (*inChild)() noexcept;
};

// Has the log's lock held while the process forks, so that the child can log. Once is enough; any
// thread.
void holdLogAtFork() noexcept;

// The same, and `more` is done while the log is held: a sink may take locks that `more` takes.
void atFork(const ForkHandlers& more) noexcept;

}  // namespace ropewalk::detail
