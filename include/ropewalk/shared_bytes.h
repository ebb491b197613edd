#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

namespace detail {
class WriteQueue;
}

/// Bytes that many connections send without copying: encode once, write to all.
///
///   const SharedBytes line(name + ": " + text + "\r\n");
///   for (Chatter* other : room) other->transport->write(line);
///
/// Ownership: shared; freed when the last copy is destroyed and the last connection has sent them.
/// The bytes never change.
/// Threads: value.
class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  /// Explicit, so that write("text") never means this.
  explicit SharedBytes(std::string bytes) : text_(std::make_shared<Text>(std::move(bytes))) {}

  std::string_view view() const noexcept {
    return text_ ? std::string_view(text_->bytes) : std::string_view();
  }
  std::size_t size() const noexcept { return view().size(); }
  bool empty() const noexcept { return view().empty(); }

 private:
  friend class detail::WriteQueue;

  struct Text {
    explicit Text(std::string given) : bytes(std::move(given)) {}
    const std::string bytes;
    std::atomic<std::uint32_t> queues = 0;  // write queues that keep the bytes beyond a turn
  };

  // One more write queue keeps the bytes, or one less. They count once in the memory budget.
  void charge() const noexcept;
  void release() const noexcept;

  std::shared_ptr<Text> text_;
};

}  // namespace ropewalk
