#pragma once

#include <array>

#include "ropewalk/file_descriptor.h"

namespace ropewalk::sys {

// While this exists, those of descriptors 0, 1 and 2 that were closed are open on /dev/null. Use it
// around calls of a library (libevent) that opens descriptors and keeps them, so that these do not
// become 0, 1 or 2.
//
// Without free descriptors it opens none. The library's calls then fail as well.
class StandardPlaceholders {
 public:
  StandardPlaceholders() noexcept;

 private:
  std::array<FileDescriptor, 3> held_;
};

}  // namespace ropewalk::sys
