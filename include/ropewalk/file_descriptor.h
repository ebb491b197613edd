#pragma once

#include <utility>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// Owns a descriptor of the system, or none, and closes it.
///
///   transport->writeFile(FileDescriptor(::open("motd", O_RDONLY | O_CLOEXEC)), 0, size);
///
/// Ownership: moved, never copied.
/// Threads: a value.
class FileDescriptor {
 public:
  /// None.
  FileDescriptor() noexcept = default;

  /// `number`, which must not be closed elsewhere; none if it is negative, as after an open(2) that
  /// failed.
  explicit FileDescriptor(int number) noexcept;

  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { close(); }

  /// The number, or -1 if there is none.
  int get() const noexcept { return number_; }

  /// True if there is a descriptor.
  explicit operator bool() const noexcept { return number_ >= 0; }

  /// Gives the descriptor to the caller, who closes it.
  [[nodiscard]] int release() noexcept;

  /// Closes the descriptor now (close(2)). Does nothing if there is none.
  void close() noexcept {
    if (number_ >= 0) closeNumber();
  }

 private:
  void closeNumber() noexcept;

  int number_ = -1;
};

}  // namespace ropewalk
