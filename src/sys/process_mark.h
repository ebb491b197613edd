#pragma once

#include <atomic>

namespace ropewalk::sys {

// Remembers the process that made an object. A forked child has a copy of the object, but must not
// use the descriptors in it, because they are shared with the parent.
//
// A check costs two loads and no system call. The number of this process is in a page that fork()
// wipes in the child (MADV_WIPEONFORK). If the kernel cannot do that, a fork handler calls wipe().
class ProcessMark {
 public:
  ProcessMark() noexcept : number_(ofThisProcess()) {}

  bool isOurs() const noexcept { return number_ == ofThisProcess(); }

  // Makes the object belong to this process.
  void take() noexcept { number_ = ofThisProcess(); }

  // Called by the fork handler, in the child.
  static void wipe() noexcept { word_.load(std::memory_order_relaxed)->store(0); }

 private:
  static unsigned ofThisProcess() noexcept {
    const unsigned number = word_.load(std::memory_order_relaxed)->load(std::memory_order_relaxed);
    return number != 0 ? number : begin();
  }
  static unsigned begin() noexcept;

  static std::atomic<std::atomic<unsigned>*> word_;

  unsigned number_;
};

}  // namespace ropewalk::sys
