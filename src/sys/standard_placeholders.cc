#include "sys/standard_placeholders.h"

#include <fcntl.h>

#include <cstddef>

#include "ropewalk/detail/above_standard.h"
#include "sys/kernel.h"

namespace ropewalk::sys {

StandardPlaceholders::StandardPlaceholders() noexcept {
  FileDescriptor null;
  for (int number = 0; number < 3; ++number) {
    if (kernel.fcntl(number, F_GETFD, 0) >= 0) continue;
    if (!null) null = FileDescriptor(kernel.open("/dev/null", O_RDWR | O_CLOEXEC));
    const auto place = static_cast<std::size_t>(number);
    held_[place] = FileDescriptor(kernel.fcntl(null.get(), F_DUPFD_CLOEXEC, number));
  }
}

}  // namespace ropewalk::sys

namespace ropewalk::detail {

int aboveStandard(int made) noexcept {
  if (made < 0 || made > 2) return made;
  FileDescriptor low(made);
  return ::fcntl(low.get(), F_DUPFD_CLOEXEC, 3);
}

}  // namespace ropewalk::detail
