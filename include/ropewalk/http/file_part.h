#pragma once

#include <cstdint>
#include <utility>

#include "ropewalk/file_descriptor.h"

namespace ropewalk::http {

/// A part of an open file that is to be sent as a body, or in one.
class FilePart {
 public:
  /// Nothing of no file.
  FilePart() noexcept = default;

  FilePart(FileDescriptor file, std::uint64_t offset, std::uint64_t size) noexcept
      : file_(std::move(file)), offset_(offset), size_(size) {}

  const FileDescriptor& file() const noexcept { return file_; }
  std::uint64_t offset() const noexcept { return offset_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Gives the file to the caller.
  FileDescriptor takeFile() noexcept { return std::move(file_); }

  /// Leaves the `size` bytes that begin `offset` bytes behind its beginning.
  /// REQUIRES: they lie in this part.
  void narrow(std::uint64_t offset, std::uint64_t size) noexcept {
    offset_ += offset;
    size_ = size;
  }

  /// The same bytes as narrow() would leave, with a descriptor of their own (dup(2)).
  ///
  /// Throws std::system_error if there is none to be had.
  /// REQUIRES: they lie in this part.
  FilePart slice(std::uint64_t offset, std::uint64_t size) const;

 private:
  FileDescriptor file_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace ropewalk::http
