#include "ropewalk/file_descriptor.h"

#include <atomic>

#include "sys/kernel.h"
#include "sys/open_descriptors.h"

namespace ropewalk {
namespace {

constinit std::atomic<std::size_t> owned = 0;

}  // namespace

FileDescriptor::FileDescriptor(int number) noexcept : number_(number < 0 ? -1 : number) {
  if (number_ >= 0) owned.fetch_add(1, std::memory_order_relaxed);
}

int FileDescriptor::release() noexcept {
  if (number_ >= 0) owned.fetch_sub(1, std::memory_order_relaxed);
  return std::exchange(number_, -1);
}

void FileDescriptor::closeNumber() noexcept {
  // Not repeated on EINTR: Linux has closed the descriptor already.
  sys::kernel.close(release());
}

std::size_t sys::openDescriptors() noexcept { return owned.load(std::memory_order_relaxed); }

}  // namespace ropewalk
