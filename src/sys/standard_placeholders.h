#pragma once

#include <array>

#include "sys/file_descriptor.h"

namespace ropewalk::sys {

// While it lives, those of descriptors 0, 1 and 2 that were closed are /dev/null: for a library
// that keeps the descriptors it makes, so that none of them gets such a number.
//
// Without a descriptor left it holds none: the library's own calls fail then, too.
class StandardPlaceholders {
 public:
  StandardPlaceholders() noexcept;

 private:
  std::array<FileDescriptor, 3> held_;
};

}  // namespace ropewalk::sys
