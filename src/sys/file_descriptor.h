#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "sys/kernel.h"

namespace ropewalk::sys {

// Owns one descriptor, or none (-1).
class FileDescriptor {
 public:
  FileDescriptor() noexcept = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {
    if (number_ >= 0) open_.fetch_add(1, std::memory_order_relaxed);
  }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { close(); }

  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

  void close() noexcept {
    if (number_ < 0) return;
    open_.fetch_sub(1, std::memory_order_relaxed);
    // Not repeated on EINTR: Linux has closed the descriptor already.
    kernel.close(std::exchange(number_, -1));
  }

  // How many descriptors these objects own now, in the whole process.
  static std::size_t open() noexcept { return open_.load(std::memory_order_relaxed); }

 private:
  static inline std::atomic<std::size_t> open_ = 0;

  int number_ = -1;
};

}  // namespace ropewalk::sys
