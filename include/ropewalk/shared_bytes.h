#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// Bytes that many connections send without a copy each: encode once, write to all.
///
///   const SharedBytes line(name + ": " + text + "\r\n");
///   for (Chatter* other : room) other->transport->write(line);
///
/// Ownership: shared; freed when the last copy and the last connection that still has to send it
/// are gone. The bytes never change.
/// Threads: value.
class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  /// Explicit, so that write("text") never means this.
  explicit SharedBytes(std::string bytes)
      : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

  std::string_view view() const noexcept {
    return bytes_ ? std::string_view(*bytes_) : std::string_view();
  }
  std::size_t size() const noexcept { return view().size(); }
  bool empty() const noexcept { return view().empty(); }

 private:
  std::shared_ptr<const std::string> bytes_;
};

}  // namespace ropewalk
