#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

namespace ropewalk::test {

// A regular file without a name that has `content`, from its beginning. The caller's to close.
inline int unnamedFile(std::string_view content) {
  const int fd = ::memfd_create("ropewalk-test", MFD_CLOEXEC);
  REQUIRE(fd >= 0);
  const auto size = static_cast<ssize_t>(content.size());
  REQUIRE(::write(fd, content.data(), content.size()) == size);
  REQUIRE(::lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

}  // namespace ropewalk::test
