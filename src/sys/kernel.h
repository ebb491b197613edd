#pragma once

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <ctime>

struct addrinfo;
struct itimerspec;
struct rlimit;
struct sigaction;
struct stat;
struct sysinfo;

namespace ropewalk::sys {

// The one seam to the operating system. All calls of a reactor to the kernel and to the system's
// resolver go through this table, so that a test can count them, cut them short, or make the k-th
// call of any of them fail with any errno. Only libevent, the standard library and the lookups of
// interface and service names bypass it.
//
// Each entry has the signature of the C library's function and reports errors like it: -1 and
// errno. A new descriptor is never 0, 1 or 2 (for fcntl with F_DUPFD_CLOEXEC, the caller gives the
// minimum).
// Threads: may be replaced only while no reactor runs.
struct Kernel {
  int (*accept4)(int, sockaddr*, socklen_t*, int);
  int (*bind)(int, const sockaddr*, socklen_t);
  int (*clockGettime)(clockid_t, timespec*);
  int (*close)(int);
  int (*connect)(int, const sockaddr*, socklen_t);
  int (*eventfd)(unsigned, int);
  int (*fcntl)(int, int, int);
  void (*freeaddrinfo)(addrinfo*);
  int (*getaddrinfo)(const char*, const char*, const addrinfo*, addrinfo**);
  ssize_t (*getrandom)(void*, std::size_t, unsigned);
  int (*getpeername)(int, sockaddr*, socklen_t*);
  int (*getrlimit)(int, struct rlimit*);
  int (*getsockname)(int, sockaddr*, socklen_t*);
  int (*getsockopt)(int, int, int, void*, socklen_t*);
  int (*ioctl)(int, unsigned long, int*);
  int (*listen)(int, int);
  // Returns freed memory to the system. Does nothing where the C library cannot.
  int (*mallocTrim)(std::size_t);
  int (*open)(const char*, int);
  ssize_t (*pread)(int, void*, std::size_t, off_t);
  ssize_t (*read)(int, void*, std::size_t);
  ssize_t (*recv)(int, void*, std::size_t, int);
  ssize_t (*send)(int, const void*, std::size_t, int);
  // Does not raise SIGPIPE, like send() with MSG_NOSIGNAL.
  ssize_t (*sendfile)(int, int, off_t*, std::size_t);
  ssize_t (*sendmsg)(int, const msghdr*, int);
  int (*setsockopt)(int, int, int, const void*, socklen_t);
  int (*shutdown)(int, int);
  int (*sigaction)(int, const struct sigaction*, struct sigaction*);
  int (*socket)(int, int, int);
  int (*stat)(const char*, struct stat*);
  int (*sysinfo)(struct sysinfo*);
  int (*timerfdCreate)(int, int);
  int (*timerfdSettime)(int, int, const itimerspec*, itimerspec*);
  ssize_t (*write)(int, const void*, std::size_t);
};

// The real functions.
extern const Kernel kKernel;

// The functions that are called.
extern Kernel kernel;

}  // namespace ropewalk::sys
