#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ropewalk::detail {

// Memory that lives until the end of a turn. Allocating moves a pointer; everything is freed at
// once.
class Arena {
 public:
  // The size of one block in bytes. reset() keeps the first block.
  static constexpr std::size_t kBlockSize = 64 * 1024;

  // Returns `size` bytes, aligned for any object. REQUIRES: size <= kBlockSize.
  char* allocate(std::size_t size) {
    char* const memory = cursor_ + (-reinterpret_cast<std::uintptr_t>(cursor_) % kAlignment);
    if (static_cast<std::ptrdiff_t>(size) > limit_ - memory) {
      return allocateInNewBlock(size);
    }
    cursor_ = memory + size;
    return memory;
  }

  // Extends the allocation that ends at `end` by `size` bytes in place. False if another one
  // follows it or the block is full.
  bool extend(const char* end, std::size_t size) noexcept {
    if (end != cursor_ || size > static_cast<std::size_t>(limit_ - cursor_)) return false;
    cursor_ += size;
    return true;
  }

  // Invalidates all allocations.
  void reset() noexcept {
    if (blocks_.size() > 1) dropAllButFirst();
    cursor_ = first_;
  }

 private:
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);

  char* allocateInNewBlock(std::size_t size);
  void dropAllButFirst() noexcept;

  char* first_ = nullptr;
  char* cursor_ = nullptr;
  char* limit_ = nullptr;
  std::vector<std::unique_ptr<char[]>> blocks_;
};

}  // namespace ropewalk::detail
