// A regular file, which has to be polled, and a kernel that has no descriptor left for that.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/this_process.h"
#include "support/unnamed_file.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a file that cannot be polled is refused with the errno, and can be watched later") {
  Reactor reactor;
  const int file = unnamedFile("hello").release();
  const std::size_t open = openDescriptors().size();
  sys::kernel.eventfd = [](unsigned, int) {
    errno = EMFILE;
    return -1;
  };
  std::error_code why;
  try {
    reactor.addReader(file, [] {});
  } catch (const Error& error) {
    why = error.code();
  }
  sys::kernel = sys::kKernel;
  CHECK(why == std::errc::too_many_files_open);
  bool told = false;
  reactor.addReader(file, [&] { told = true; });
  turnUntil(reactor, [&] { return told; });
  reactor.removeReader(file);
  CHECK(openDescriptors().size() == open);  // nothing keeps the loop awake any more
  ::close(file);
}

}  // namespace
}  // namespace ropewalk::test
