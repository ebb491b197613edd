#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"
#include "ropewalk/memory_budget.h"

namespace ropewalk::detail {

// The bytes that arrived and were not taken yet; they count in the memory budget. Taking from the
// front costs what is taken.
class Inbox {
 public:
  std::string_view bytes() const noexcept { return std::string_view(kept_).substr(from_); }
  std::size_t size() const noexcept { return kept_.size() - from_; }

  void append(std::string_view bytes) {
    kept_.append(bytes);
    charge_.set(heapBytes(kept_));
  }

  // How much memory it holds on to.
  std::size_t capacity() const noexcept { return kept_.capacity(); }

  // Forgets the first `count` bytes. REQUIRES: there are so many.
  void drop(std::size_t count) noexcept;

 private:
  std::string kept_;
  std::size_t from_ = 0;
  MemoryCharge charge_;
};

}  // namespace ropewalk::detail
