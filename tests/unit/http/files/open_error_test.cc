#include "http/files/open_error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <initializer_list>

namespace ropewalk::http::test {
namespace {

TEST_CASE("a missing file is 404, an unreadable one 403, a shortage 503 [SF11]") {
  for (const int error :
       {ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, EINVAL, EILSEQ, ENXIO, ENODEV}) {
    CAPTURE(error);
    CHECK(files::statusOfOpenError(error) == 404);
  }
  for (const int error : {EACCES, EPERM}) CHECK(files::statusOfOpenError(error) == 403);
  for (const int error : {EAGAIN, EINTR, EMFILE, ENFILE, ENOMEM}) {
    CAPTURE(error);
    CHECK(files::statusOfOpenError(error) == 503);
  }
}

TEST_CASE("a failing disk or file server is 500, not 404 [SF11]") {
  for (const int error : {EIO, ESTALE, EBADMSG, EUCLEAN, EREMOTEIO, ENOTCONN, ECONNABORTED,
                          ETIMEDOUT, ENOSYS, EBADF, EFAULT}) {
    CAPTURE(error);
    CHECK(files::statusOfOpenError(error) == 500);
  }
}

}  // namespace
}  // namespace ropewalk::http::test
