#pragma once

#include <cstddef>
#include <string_view>

#include "ropewalk/detail/byte_queue.h"

namespace ropewalk::http::server {

// Bytes that came while the request before them was not answered yet.
class ReadAhead {
 public:
  void append(std::string_view bytes) {
    const std::size_t seen = bytes_.size();
    bytes_.append(bytes);
    heads_ += headsEndingIn(seen);
  }

  std::string_view bytes() const { return bytes_.bytes(); }

  // Forgets the first `size` of bytes(), which must have been counted in `heads` whole requests.
  void take(std::size_t size) {
    bytes_.drop(size);
    taken_ += size;
    if (taken_ < bytes_.size()) return;
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
    while ((at = bytes().find(kEnd, at)) != std::string_view::npos) {
      ++count;
      at += kEnd.size();
    }
    return count;
  }

  ropewalk::detail::Inbox bytes_;
  std::size_t taken_ = 0;  // since the heads were counted
  std::size_t heads_ = 0;
};

}  // namespace ropewalk::http::server
