// Both names of sendfile are defined here, so neither may stand for the other.
#undef _FILE_OFFSET_BITS

#include "support/kernel_faults.h"

#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <vector>

namespace ropewalk::test {
namespace {

// The one that is alive. Tests that inject faults have no other threads.
KernelFaults* current = nullptr;

// False, with errno set, if `call` is to fail.
bool goesThrough(SystemCall call) {
  const int error = current ? current->takeError(call) : 0;
  if (error != 0) errno = error;
  return error == 0;
}

std::size_t cut(std::size_t size) {
  return current && current->most != 0 ? std::min(size, current->most) : size;
}

// The beginning of `vectors`, no longer than is allowed.
std::vector<iovec> cut(const iovec* vectors, std::size_t count) {
  std::vector<iovec> all(vectors, vectors + count);
  if (!current || current->most == 0) return all;
  std::size_t left = current->most;
  for (iovec& each : all) {
    each.iov_len = std::min(each.iov_len, left);
    left -= each.iov_len;
  }
  return all;
}

}  // namespace

KernelFaults::KernelFaults() { current = this; }
KernelFaults::~KernelFaults() { current = nullptr; }

int KernelFaults::takeError(SystemCall call) {
  ++calls[call];
  std::deque<int>& errors = errors_[call];
  if (errors.empty()) return 0;
  const int error = errors.front();
  errors.pop_front();
  return error;
}

}  // namespace ropewalk::test

// The C library's names. Whatever is linked into this program calls these, libevent included.
extern "C" {

using ropewalk::test::current;
using ropewalk::test::cut;
using ropewalk::test::goesThrough;
using ropewalk::test::SystemCall;

int accept4(int fd, sockaddr* address, socklen_t* length, int flags) {
  if (!goesThrough(SystemCall::Accept)) return -1;
  return static_cast<int>(::syscall(SYS_accept4, fd, address, length, flags));
}

int connect(int fd, const sockaddr* address, socklen_t length) {
  if (!goesThrough(SystemCall::Connect)) return -1;
  return static_cast<int>(::syscall(SYS_connect, fd, address, length));
}

int epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
  if (what != EPOLL_CTL_DEL && !goesThrough(SystemCall::Watch)) return -1;
  return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, what, fd, event));
}

int shutdown(int fd, int how) noexcept {
  if (!goesThrough(SystemCall::Shutdown)) return -1;
  return static_cast<int>(::syscall(SYS_shutdown, fd, how));
}

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
  if (!goesThrough(SystemCall::Receive)) return -1;
  return ::syscall(SYS_recvfrom, fd, buffer, cut(size), flags, nullptr, nullptr);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (!goesThrough(SystemCall::Receive)) return -1;
  return ::syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
  if (!goesThrough(SystemCall::Send)) return -1;
  return ::syscall(SYS_sendto, fd, buffer, cut(size), flags, nullptr, 0);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!goesThrough(SystemCall::Send)) return -1;
  std::vector<iovec> vectors = cut(message->msg_iov, message->msg_iovlen);
  msghdr shorter = *message;
  shorter.msg_iov = vectors.data();
  return ::syscall(SYS_sendmsg, fd, &shorter, flags);
}

ssize_t sendfile(int out, int in, off_t* offset, std::size_t count) noexcept {
  if (!goesThrough(SystemCall::Send)) return -1;
  return ::syscall(SYS_sendfile, out, in, offset, cut(count));
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = ::syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && current && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += current->wallClockOffset;
  }
  return static_cast<int>(result);
}

int gettimeofday(timeval* time, void*) noexcept {
  const long result = ::syscall(SYS_gettimeofday, time, nullptr);
  if (result == 0 && current) time->tv_sec += current->wallClockOffset;
  return static_cast<int>(result);
}

}  // extern "C"
