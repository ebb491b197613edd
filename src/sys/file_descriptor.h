#pragma once

#include <utility>

#include "sys/kernel.h"

namespace ropewalk::sys {

// Owns one descriptor, or none (-1).
class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { close(); }

  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

  void close() noexcept {
    // Not again on EINTR: Linux has closed it already.
    if (number_ >= 0) kernel.close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace ropewalk::sys
