#include "sys/kernel.h"

#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "log/without_sigpipe.h"
#include "ropewalk/detail/above_standard.h"

namespace ropewalk::sys {

namespace {

// These are variadic or take an enumeration; the wrappers have the signatures of the table.
int controlFile(int fd, int command, int value) { return ::fcntl(fd, command, value); }
int getLimit(int what, struct rlimit* limit) {
  return ::getrlimit(static_cast<__rlimit_resource>(what), limit);
}
int control(int fd, unsigned long request, int* value) { return ::ioctl(fd, request, value); }

// The calls that create descriptors.
int acceptAbove(int fd, sockaddr* peer, socklen_t* length, int flags) {
  return detail::aboveStandard(::accept4(fd, peer, length, flags));
}
int eventfdAbove(unsigned count, int flags) {
  return detail::aboveStandard(::eventfd(count, flags));
}
int fileStatus(const char* path, struct stat* status) { return ::stat(path, status); }
int openExisting(const char* path, int flags) { return detail::aboveStandard(::open(path, flags)); }
int socketAbove(int family, int type, int protocol) {
  return detail::aboveStandard(::socket(family, type, protocol));
}
int timerfdAbove(int clock, int flags) {
  return detail::aboveStandard(::timerfd_create(clock, flags));
}

int trimMemory([[maybe_unused]] std::size_t kept) {
#ifdef __GLIBC__
  return ::malloc_trim(kept);
#else
  return 0;
#endif
}

ssize_t sendFileQuietly(int out, int in, off_t* offset, std::size_t count) {
  detail::WithoutSigpipe quiet;
  const ssize_t sent = ::sendfile(out, in, offset, count);
  if (sent < static_cast<ssize_t>(count)) quiet.fellShort();
  return sent;
}

}  // namespace

constexpr Kernel kKernel = {
    .accept4 = acceptAbove,
    .bind = ::bind,
    .clockGettime = ::clock_gettime,
    .close = ::close,
    .connect = ::connect,
    .eventfd = eventfdAbove,
    .fcntl = controlFile,
    .freeaddrinfo = ::freeaddrinfo,
    .getaddrinfo = ::getaddrinfo,
    .getrandom = ::getrandom,
    .getpeername = ::getpeername,
    .getrlimit = getLimit,
    .getsockname = ::getsockname,
    .getsockopt = ::getsockopt,
    .ioctl = control,
    .listen = ::listen,
    .mallocTrim = trimMemory,
    .open = openExisting,
    .pread = ::pread,
    .read = ::read,
    .recv = ::recv,
    .send = ::send,
    .sendfile = sendFileQuietly,
    .sendmsg = ::sendmsg,
    .setsockopt = ::setsockopt,
    .shutdown = ::shutdown,
    .sigaction = ::sigaction,
    .socket = socketAbove,
    .stat = fileStatus,
    .sysinfo = ::sysinfo,
    .timerfdCreate = timerfdAbove,
    .timerfdSettime = ::timerfd_settime,
    .write = ::write,
};

constinit Kernel kernel = kKernel;

}  // namespace ropewalk::sys
