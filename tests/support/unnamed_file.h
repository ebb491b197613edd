#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string_view>

#include "ropewalk/file_descriptor.h"

namespace ropewalk::test {

// A regular file without a name that has `content`, from its beginning.
inline FileDescriptor unnamedFile(std::string_view content) {
  FileDescriptor file(::memfd_create("ropewalk-test", MFD_CLOEXEC));
  REQUIRE(file);
  const auto size = static_cast<ssize_t>(content.size());
  REQUIRE(::write(file.get(), content.data(), content.size()) == size);
  REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
  return file;
}

}  // namespace ropewalk::test
