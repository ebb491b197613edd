#pragma once

#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/memory_budget.h"

namespace ropewalk::detail {

// Bytes that go in at the back and out at the front, in constant time per byte.
class ByteQueue {
 public:
  std::string_view bytes() const noexcept { return std::string_view(bytes_).substr(from_); }
  std::size_t size() const noexcept { return bytes_.size() - from_; }
  bool empty() const noexcept { return size() == 0; }

  void append(std::string_view bytes) { bytes_.append(bytes); }

  // Drops the first `count` bytes. REQUIRES: there are that many.
  void drop(std::size_t count) noexcept {
    assert(count <= size());
    from_ += count;
    if (from_ == bytes_.size()) {
      from_ = 0;
      bytes_.clear();
      if (bytes_.capacity() > kKeptWhenEmpty) std::string().swap(bytes_);
    } else if (from_ > bytes_.size() / 2) {
      // Moves fewer bytes than were dropped since the last move.
      bytes_.erase(0, from_);
      from_ = 0;
    }
  }

  // The heap memory that it uses, in bytes.
  std::size_t heldBytes() const noexcept { return heapBytes(bytes_); }

 private:
  // The most memory that an empty queue keeps, because most connections are idle most of the time.
  static constexpr std::size_t kKeptWhenEmpty = 256;

  std::string bytes_;
  std::size_t from_ = 0;
};

// Input that has arrived but was not taken: a ByteQueue that counts in the memory budget.
class Inbox {
 public:
  std::string_view bytes() const noexcept { return queue_.bytes(); }
  std::size_t size() const noexcept { return queue_.size(); }
  bool empty() const noexcept { return queue_.empty(); }

  void append(std::string_view bytes) {
    queue_.append(bytes);
    charge_.set(queue_.heldBytes());
  }
  void drop(std::size_t count) noexcept {
    queue_.drop(count);
    charge_.set(queue_.heldBytes());
  }

 private:
  ByteQueue queue_;
  MemoryCharge charge_;
};

}  // namespace ropewalk::detail
