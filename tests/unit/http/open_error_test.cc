#include "http/open_error.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace ropewalk::http::test {
namespace {

TEST_CASE("why a file cannot be opened decides the status [SF11]") {
  for (const int error :
       {ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, EINVAL, EILSEQ, ENXIO, ENODEV}) {
    CAPTURE(error);
    CHECK(statusOfOpenError(error) == 404);
  }
  for (const int error : {EACCES, EPERM}) CHECK(statusOfOpenError(error) == 403);
  for (const int error : {EAGAIN, EINTR, EMFILE, ENFILE, ENOMEM}) {
    CAPTURE(error);
    CHECK(statusOfOpenError(error) == 503);
  }
}

TEST_CASE("a disk or a file server that fails does not make a file look missing [SF11]") {
  for (const int error : {EIO, ESTALE, EBADMSG, EUCLEAN, EREMOTEIO, ENOTCONN, ECONNABORTED,
                          ETIMEDOUT, ENOSYS, EBADF, EFAULT}) {
    CAPTURE(error);
    CHECK(statusOfOpenError(error) == 500);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
