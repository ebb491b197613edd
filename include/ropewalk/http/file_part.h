#pragma once

#include <cstdint>
#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::http {

/// A part of an open file that is to be sent as a body, or in one.
///
/// Ownership: owns the descriptor and closes it, unless it was taken out.
class FilePart {
 public:
  FilePart(int fd, std::uint64_t offset, std::uint64_t size) noexcept
      : fd_(fd), offset_(offset), size_(size) {}
  FilePart(FilePart&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), offset_(other.offset_), size_(other.size_) {}
  FilePart& operator=(FilePart&& other) noexcept;
  ~FilePart();

  int fd() const noexcept { return fd_; }
  std::uint64_t offset() const noexcept { return offset_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Gives the descriptor away.
  int release() noexcept { return std::exchange(fd_, -1); }

  /// `size` bytes from `offset` of this part on, with a descriptor of their own (dup(2)).
  ///
  /// Throws std::system_error if there is none to be had.
  /// REQUIRES: they lie in this part.
  FilePart slice(std::uint64_t offset, std::uint64_t size) const;

 private:
  int fd_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

}  // namespace ropewalk::http
