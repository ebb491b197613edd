#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"
#include "ropewalk/memory_budget.h"

namespace ropewalk::detail {

// The bytes that have arrived but were not taken. They count in the memory budget. Taking N bytes
// from the front is O(N).
class Inbox {
 public:
  std::string_view bytes() const noexcept { return std::string_view(kept_).substr(from_); }
  std::size_t size() const noexcept { return kept_.size() - from_; }

  void append(std::string_view bytes) {
    kept_.append(bytes);
    charge_.set(heapBytes(kept_));
  }

  // The size of its buffer, in bytes.
  std::size_t capacity() const noexcept { return kept_.capacity(); }

  // Drops the first `count` bytes. REQUIRES: there are that many.
  void drop(std::size_t count) noexcept;

 private:
  std::string kept_;
  std::size_t from_ = 0;
  MemoryCharge charge_;
};

}  // namespace ropewalk::detail
