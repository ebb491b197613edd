#include "transport/home_thread.h"

#include <cstdio>
#include <cstdlib>

namespace ropewalk::detail {

void stopWrongThread(const char* name, const char* call) noexcept {
  const bool isNamed = name[0] != '\0';
  std::fprintf(stderr,
               "ropewalk: %s%s%s was called on another thread than the reactor's, which runs: use "
               "Reactor::callFromThread()\n",
               name, isNamed ? ": " : "", call);
  std::abort();
}

}  // namespace ropewalk::detail
