#include "http/files/open_error.h"

#include <cerrno>

namespace ropewalk::http::files {

int statusOfOpenError(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:         // links in a circle, or one where none is followed
    case EXDEV:         // a link that leads out of the root
    case ENAMETOOLONG:  // no file system has such a name
    case EINVAL:        // nor this one such characters in it
    case EILSEQ:
    case ENXIO:  // a socket, or a device that is not there
    case ENODEV:
      return 404;
    case EACCES:
    case EPERM:
      return 403;
    case EAGAIN:
    case EINTR:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return 503;
    default:
      return 500;
  }
}

}  // namespace ropewalk::http::files
