#pragma once

#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

namespace ropewalk::detail {

// Bytes that go in at the back and out at the front, in constant time per byte.
class ByteQueue {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }

  std::string_view front(std::size_t most) const noexcept {
    return std::string_view(bytes_).substr(head_, most);
  }
  // `count` bytes behind the first `skipped`. REQUIRES: so many are there.
  std::string_view middle(std::size_t skipped, std::size_t count) const noexcept {
    assert(skipped + count <= size());
    return {bytes_.data() + head_ + skipped, count};
  }
  void drop(std::size_t count) {
    head_ += count;
    // Moved at most once per byte: never before as many have gone as are left.
    if (head_ * 2 >= bytes_.size()) {
      bytes_.erase(0, head_);
      head_ = 0;
    }
  }

  std::size_t size() const noexcept { return bytes_.size() - head_; }
  bool empty() const noexcept { return size() == 0; }

 private:
  std::string bytes_;
  std::size_t head_ = 0;
};

}  // namespace ropewalk::detail
