#include "sys/kernel.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <csignal>

namespace ropewalk::sys {

namespace {

// These are variadic: the table wants one shape.
int askFlags(int fd, int command) { return ::fcntl(fd, command); }
int openExisting(const char* path, int flags) { return ::open(path, flags); }

}  // namespace

constexpr Kernel kKernel = {
    .accept4 = ::accept4,
    .bind = ::bind,
    .clockGettime = ::clock_gettime,
    .close = ::close,
    .connect = ::connect,
    .eventfd = [](unsigned count, int flags) { return ::eventfd(count, flags); },
    .fcntl = askFlags,
    .freeaddrinfo = ::freeaddrinfo,
    .getaddrinfo = ::getaddrinfo,
    .getrandom = ::getrandom,
    .getsockname = ::getsockname,
    .getsockopt = ::getsockopt,
    .listen = ::listen,
    .open = openExisting,
    .read = ::read,
    .recv = ::recv,
    .send = ::send,
    .sendfile = ::sendfile,
    .sendmsg = ::sendmsg,
    .setsockopt = ::setsockopt,
    .shutdown = ::shutdown,
    .sigaction = ::sigaction,
    .socket = ::socket,
    .timerfdCreate = ::timerfd_create,
    .timerfdSettime = ::timerfd_settime,
    .write = ::write,
};

constinit Kernel kernel = kKernel;

}  // namespace ropewalk::sys
