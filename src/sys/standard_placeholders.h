#pragma once

#include <array>

#include "sys/file_descriptor.h"

namespace ropewalk::sys {

// While it lives, those of descriptors 0, 1 and 2 that were closed are open on /dev/null. Use it
// around calls of a library that keeps the descriptors it opens (libevent), so that these do not
// become 0, 1 or 2.
//
// Out of descriptors, it opens none; the calls of that library fail then as well.
class StandardPlaceholders {
 public:
  StandardPlaceholders() noexcept;

 private:
  std::array<FileDescriptor, 3> held_;
};

}  // namespace ropewalk::sys
