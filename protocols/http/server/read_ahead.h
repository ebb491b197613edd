#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/memory_budget.h"

namespace ropewalk::http::server {

// Bytes that came while the request before them was not answered yet.
class ReadAhead {
 public:
  void append(std::string_view bytes) {
    const std::size_t seen = bytes_.size();
    bytes_.append(bytes);
    heads_ += headsEndingIn(seen);
    charge_.set(ropewalk::detail::heapBytes(bytes_));
  }

  std::string_view bytes() const { return std::string_view(bytes_).substr(taken_); }

  // Forgets the first `size` of bytes(), which must have been counted in `heads` whole requests.
  void take(std::size_t size) {
    taken_ += size;
    if (taken_ * 2 < bytes_.size()) return;
    bytes_.erase(0, taken_);
    taken_ = 0;
    heads_ = headsEndingIn(0);
  }

  // At least as many requests as wait here: what looks like the end of a head is counted as one.
  std::size_t heads() const { return heads_; }

 private:
  std::size_t headsEndingIn(std::size_t from) const {
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::size_t count = 0;
    std::size_t at = from < kEnd.size() - 1 ? 0 : from - (kEnd.size() - 1);
    while ((at = bytes_.find(kEnd, at)) != std::string::npos) {
      ++count;
      at += kEnd.size();
    }
    return count;
  }

  std::string bytes_;
  std::size_t taken_ = 0;
  std::size_t heads_ = 0;
  MemoryCharge charge_;
};

}  // namespace ropewalk::http::server
