#include "reactor/libevent/socket_acceptor.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "reactor/libevent/libevent_driver.h"
#include "reactor/libevent/socket_channel.h"
#include "ropewalk/error.h"
#include "sys/kernel.h"
#include "sys/socket_address.h"

namespace ropewalk::detail {

namespace {

FileDescriptor openReserve() {
  return FileDescriptor(sys::kernel.open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

SocketAcceptor::SocketAcceptor(LibeventDriver& driver, FileDescriptor socket)
    : driver_(driver), socket_(std::move(socket)), reserve_(openReserve()) {
  event_.reset(event_new(driver_.base(), socket_.get(), EV_READ | EV_PERSIST, acceptable, this));
  if (!event_) throw Error("libevent: out of memory");
}

SocketAcceptor::~SocketAcceptor() {
  if (!driver_.isOurs()) forget(event_);
}

void SocketAcceptor::acceptable(int, short, void* acceptor) noexcept {
  static_cast<SocketAcceptor*>(acceptor)->owner_->acceptReady();
}

bool SocketAcceptor::setAccepting(bool on) {
  if (!driver_.isOurs()) return true;
  if (on && !reserve_) reserve_ = openReserve();  // shed() could not open it again
  return (on ? event_add(event_.get(), nullptr) : event_del(event_.get())) == 0;
}

Accepted SocketAcceptor::accept() {
  if (!driver_.isOurs()) return {nullptr, EAGAIN};
  sys::SocketAddress peer;
  const int fd = sys::kernel.accept4(socket_.get(), peer.get(), peer.lengthForKernel(),
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return {nullptr, errno};
  FileDescriptor socket(fd);
  if (fd >= driver_.descriptorEnd()) return {nullptr, EMFILE};
  return {std::make_unique<SocketChannel>(driver_, std::move(socket), peer.address()), 0};
}

bool SocketAcceptor::shed() {
  if (!reserve_ || !driver_.isOurs()) return false;
  reserve_.close();
  const int fd = sys::kernel.accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
  const bool shed = fd >= 0;
  FileDescriptor(fd).close();
  reserve_ = openReserve();
  return shed;
}

Address SocketAcceptor::host() const {
  sys::SocketAddress local;
  if (sys::kernel.getsockname(socket_.get(), local.get(), local.lengthForKernel()) != 0) return {};
  return local.address();
}

}  // namespace ropewalk::detail
