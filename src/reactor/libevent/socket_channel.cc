// Each channel watches its socket with at most two events: main_ for reading or for a reset, and
// writing_ while the kernel takes no more.

#include "reactor/libevent/socket_channel.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "reactor/libevent/libevent_driver.h"
#include "reactor/libevent/socket_options.h"
#include "sys/kernel.h"
#include "sys/socket_address.h"

namespace ropewalk::detail {

namespace {

// The most that one sendfile moves: a large file must not delay the other connections.
constexpr std::size_t kFileSlice = 512 * 1024;

// The most that is read and sent at once from a file that sendfile(2) does not support.
constexpr std::size_t kCopySlice = 32 * 1024;

// The errors of sendfile(2) for a file that cannot be spliced (some in /proc and on FUSE), and for
// an old kernel or a seccomp filter without the call.
bool isRefusal(int error) { return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP; }

Transfer transferOf(ssize_t result) { return {result, result < 0 ? errno : 0}; }

// The result of ioctl(2) for the socket's buffers; 0 if it fails.
std::size_t bytesOf(int socket, unsigned long request) {
  int bytes = 0;
  return sys::kernel.ioctl(socket, request, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

SocketChannel::SocketChannel(LibeventDriver& driver, FileDescriptor socket, const Address& peer)
    : driver_(driver), socket_(std::move(socket)), peer_(peer) {}

// The events are removed before the descriptor is closed: libevent knows them by its number.
SocketChannel::~SocketChannel() {
  if (!driver_.isOurs()) {
    forget(writing_);
    return;
  }
  watchWrites(false);
  watchMain(Interest::Nothing);
}

void SocketChannel::readable(int, short, void* channel) noexcept {
  static_cast<SocketChannel*>(channel)->owner_->readReady();
}

void SocketChannel::writable(int, short, void* channel) noexcept {
  static_cast<SocketChannel*>(channel)->owner_->writeReady();
}

// Edge-triggered: called once for the room that there already is, and again for a reset.
void SocketChannel::brokenOrWritable(int fd, short, void* channel) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  sys::kernel.getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) static_cast<SocketChannel*>(channel)->owner_->broken(error);
}

void SocketChannel::setInterest(Interest interest) {
  if (interest == interest_ || !driver_.isOurs()) return;
  // libevent refuses edge- and level-triggered events on one descriptor at the same time, so remove
  // before adding.
  const bool writes = has(interest, Interest::Write);
  if (!writes) watchWrites(false);
  const bool set = watchMain(mainPart(interest)) && watchWrites(writes);
  interest_ = interest;
  if (!set) owner_->broken(ENOMEM);
}

// Without edge-triggering, Broken would wake the loop in every turn. Such a backend notices a reset
// at the next read or write.
Interest SocketChannel::mainPart(Interest interest) const noexcept {
  if (has(interest, Interest::Read)) return Interest::Read;
  const bool broken = has(interest, Interest::Broken) && driver_.hasEdges();
  return broken ? Interest::Broken : Interest::Nothing;
}

// epoll reports a reset to every event, but libevent 2.1 passes it on only as readable and
// writable. A paused connection must not wake for input that it will not read. So it waits,
// edge-triggered, for room to write: there is room already, so the next report is the reset.
bool SocketChannel::watchMain(Interest interest) noexcept {
  const Interest now = mainPart(interest_);
  if (now == interest) return true;
  if (now != Interest::Nothing) event_del(&main_);
  if (interest == Interest::Nothing) return true;
  const bool reads = interest == Interest::Read;
  const auto what =
      static_cast<short>(reads ? EV_READ | EV_PERSIST : EV_WRITE | EV_PERSIST | EV_ET);
  event_assign(&main_, driver_.base(), socket_.get(), what, reads ? readable : brokenOrWritable,
               this);
  return event_add(&main_, nullptr) == 0;
}

bool SocketChannel::watchWrites(bool on) noexcept {
  if (on == static_cast<bool>(writing_)) return true;
  if (!on) {
    writing_.reset();
    return true;
  }
  writing_.reset(event_new(driver_.base(), socket_.get(), EV_WRITE | EV_PERSIST, writable, this));
  return writing_ && event_add(writing_.get(), nullptr) == 0;
}

Transfer SocketChannel::receive(char* buffer, std::size_t size) {
  return transferOf(sys::kernel.recv(socket_.get(), buffer, size, 0));
}

// tcp(7): with MSG_TRUNC the bytes are discarded instead of copied.
Transfer SocketChannel::discard(char* buffer, std::size_t size) {
  if (!driver_.isOurs()) return {-1, EAGAIN};
  return transferOf(sys::kernel.recv(socket_.get(), buffer, size, MSG_TRUNC));
}

Transfer SocketChannel::send(const iovec* pieces, int count) {
  if (count != 1) return sendPieces(pieces, count);
  return transferOf(
      sys::kernel.send(socket_.get(), pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL));
}

// A separate function, so that sending one piece, nearly always the case, needs no msghdr.
[[gnu::noinline]] Transfer SocketChannel::sendPieces(const iovec* pieces, int count) {
  if (!driver_.isOurs()) return {-1, EAGAIN};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = static_cast<std::size_t>(count);
  return transferOf(sys::kernel.sendmsg(socket_.get(), &message, MSG_NOSIGNAL));
}

Transfer SocketChannel::sendFile(int file, std::uint64_t offset, std::size_t count) {
  if (!driver_.isOurs()) return {-1, EAGAIN};
  auto from = static_cast<off_t>(offset);
  const Transfer sent =
      transferOf(sys::kernel.sendfile(socket_.get(), file, &from, std::min(count, kFileSlice)));
  return isRefusal(sent.error) ? copyFile(file, offset, count) : sent;
}

Transfer SocketChannel::copyFile(int file, std::uint64_t offset, std::size_t count) {
  char buffer[kCopySlice];
  const ssize_t got =
      sys::kernel.pread(file, buffer, std::min(count, sizeof buffer), static_cast<off_t>(offset));
  if (got <= 0) return transferOf(got);
  const iovec piece{buffer, static_cast<std::size_t>(got)};
  return send(&piece, 1);
}

std::size_t SocketChannel::unacknowledged() const { return bytesOf(socket_.get(), SIOCOUTQ); }

std::size_t SocketChannel::unread() const { return bytesOf(socket_.get(), SIOCINQ); }

void SocketChannel::setPatience(Duration patience) {
  if (driver_.isOurs()) detail::setPatience(socket_.get(), patience);
}

void SocketChannel::shutdownWrite() {
  if (driver_.isOurs()) sys::kernel.shutdown(socket_.get(), SHUT_WR);
}

void SocketChannel::resetOnClose() {
  if (!driver_.isOurs()) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  sys::kernel.setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

int SocketChannel::connectResult() {
  int error = 0;
  socklen_t size = sizeof error;
  if (sys::kernel.getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// The peer may have been given as 0.0.0.0, so ask the kernel. If the ports differ, there is no
// need.
bool SocketChannel::isConnectedToItself() const {
  const Address local = host();
  if (local.port() != peer_.port()) return false;
  sys::SocketAddress peer;
  if (sys::kernel.getpeername(socket_.get(), peer.get(), peer.lengthForKernel()) != 0) return false;
  return peer.address() == local;
}

Address SocketChannel::host() const {
  sys::SocketAddress local;
  if (sys::kernel.getsockname(socket_.get(), local.get(), local.lengthForKernel()) != 0) return {};
  return local.address();
}

void SocketChannel::setTcpNoDelay(bool on) {
  if (driver_.isOurs()) setFlag(socket_.get(), IPPROTO_TCP, TCP_NODELAY, on);
}

bool SocketChannel::tcpNoDelay() const { return getFlag(socket_.get(), IPPROTO_TCP, TCP_NODELAY); }

void SocketChannel::setTcpKeepAlive(bool on) {
  if (driver_.isOurs()) setFlag(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, on);
}

bool SocketChannel::tcpKeepAlive() const {
  return getFlag(socket_.get(), SOL_SOCKET, SO_KEEPALIVE);
}

}  // namespace ropewalk::detail
