// Opens stream sockets with the options of this library. An option that cannot be set is ignored;
// any other error is returned as an errno.

#include "reactor/libevent/socket_options.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "sys/kernel.h"
#include "sys/socket_address.h"

namespace ropewalk::detail {

namespace {

// Keep-alive: seconds of silence before the first probe, seconds between probes, and their number.
constexpr int kKeepAliveIdle = 60;
constexpr int kKeepAliveInterval = 10;
constexpr int kKeepAliveCount = 6;

// The kernel holds at most this many unsent bytes. The rest stays in our queue, where it is
// counted.
constexpr int kNotSentLowWater = 128 * 1024;

void setInt(int socket, int level, int option, int value) noexcept {
  // An option that the kernel does not know is ignored.
  sys::kernel.setsockopt(socket, level, option, &value, sizeof value);
}

void setStreamOptions(int socket, bool noDelay, bool keepAlive, Duration patience) {
  setFlag(socket, IPPROTO_TCP, TCP_NODELAY, noDelay);
  setFlag(socket, SOL_SOCKET, SO_KEEPALIVE, keepAlive);
  setInt(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdle);
  setInt(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveInterval);
  setInt(socket, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveCount);
  setInt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kNotSentLowWater);
  setPatience(socket, patience);
}

OpenedSocket openStream(const Address& address) {
  const int family = address.family() == Address::Family::IPv6 ? AF_INET6 : AF_INET;
  const int fd = sys::kernel.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return {{}, errno, false};
  return {FileDescriptor(fd), 0, false};
}

bool isAnyIPv6(const Address& address) {
  return address.family() == Address::Family::IPv6 && address.host() == "::";
}

FileDescriptor duplicateOf(int fd) {
  FileDescriptor copy(sys::kernel.fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) return copy;
  const int flags = sys::kernel.fcntl(copy.get(), F_GETFL, 0);
  sys::kernel.fcntl(copy.get(), F_SETFL, flags | O_NONBLOCK);
  return copy;
}

OpenedSocket adopted(int fd, bool listening) {
  int type = 0;
  socklen_t size = sizeof type;
  if (sys::kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return {{}, errno, false};
  const bool fits = type == SOCK_STREAM && getFlag(fd, SOL_SOCKET, SO_ACCEPTCONN) == listening;
  if (!fits) return {{}, EINVAL, false};
  sys::SocketAddress local;
  if (sys::kernel.getsockname(fd, local.get(), local.lengthForKernel()) != 0) {
    return {{}, errno, false};
  }
  if (local.address().family() == Address::Family::None) return {{}, EAFNOSUPPORT, false};
  OpenedSocket opened{duplicateOf(fd), 0, false};
  if (!opened.socket) opened.error = errno;
  return opened;
}

}  // namespace

OpenedSocket openListening(const Address& host, const ListenOptions& options) {
  OpenedSocket opened = openStream(host);
  if (!opened.socket) return opened;
  const int fd = opened.socket.get();
  setFlag(fd, SOL_SOCKET, SO_REUSEADDR, true);
  if (options.reusePort) setFlag(fd, SOL_SOCKET, SO_REUSEPORT, true);
  // "::" accepts IPv4 as well; any other IPv6 address could not.
  if (host.family() == Address::Family::IPv6) {
    setFlag(fd, IPPROTO_IPV6, IPV6_V6ONLY, !isAnyIPv6(host));
  }
  setStreamOptions(fd, options.tcpNoDelay, options.tcpKeepAlive, options.limits.writeStall);
  const sys::SocketAddress local(host);
  if (sys::kernel.bind(fd, local.get(), local.length()) != 0) return {{}, errno, true};
  if (sys::kernel.listen(fd, options.backlog) != 0) return {{}, errno, true};
  return opened;
}

OpenedSocket openConnecting(const Address& peer, const Address& bind,
                            const ConnectOptions& options) {
  OpenedSocket opened = openStream(peer);
  if (!opened.socket) return opened;
  const int fd = opened.socket.get();
  setStreamOptions(fd, options.tcpNoDelay, options.tcpKeepAlive, options.limits.writeStall);
  const bool anywhere = bind.family() == Address::Family::None;
  if (!anywhere || bind.port() != 0) {
    constexpr std::uint8_t kAny[16] = {};
    const sys::SocketAddress local(anywhere ? Address::fromBytes(peer.family(), kAny, bind.port())
                                            : bind);
    if (sys::kernel.bind(fd, local.get(), local.length()) != 0) return {{}, errno, true};
  }
  const sys::SocketAddress remote(peer);
  const int done = sys::kernel.connect(fd, remote.get(), remote.length());
  if (done != 0 && errno != EINPROGRESS && errno != EINTR) return {{}, errno, false};
  return opened;
}

OpenedSocket adoptedPort(int fd, const ListenOptions& options) {
  OpenedSocket opened = adopted(fd, true);
  if (!opened.socket) return opened;
  setStreamOptions(opened.socket.get(), options.tcpNoDelay, options.tcpKeepAlive,
                   options.limits.writeStall);
  return opened;
}

OpenedSocket adoptedConnection(int fd, const ConnectionLimits& limits) {
  OpenedSocket opened = adopted(fd, false);
  if (opened.socket) setStreamOptions(opened.socket.get(), true, true, limits.writeStall);
  return opened;
}

// With keep-alive, the kernel would also apply the timeout to probes, whatever their number: one
// lost probe would end a connection that is only idle. So the timeout is never shorter than all
// probes.
void setPatience(int socket, Duration patience) noexcept {
  using Milliseconds = std::chrono::milliseconds;
  constexpr Milliseconds kKeepAlive =
      std::chrono::seconds(kKeepAliveIdle + kKeepAliveInterval * kKeepAliveCount);
  const auto longest = Milliseconds(std::numeric_limits<int>::max());
  const auto most =
      std::clamp(std::chrono::duration_cast<Milliseconds>(patience), kKeepAlive, longest);
  setInt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(most.count()));
}

void setFlag(int socket, int level, int option, bool on) noexcept {
  setInt(socket, level, option, on ? 1 : 0);
}

bool getFlag(int socket, int level, int option) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  return sys::kernel.getsockopt(socket, level, option, &value, &size) == 0 && value != 0;
}

}  // namespace ropewalk::detail
