// The descriptor that a port keeps in reserve, to tell those who come when there is none left:
// PT14.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

int opened = 0;

// The second time somebody else has been faster.
int openOrLose(const char* path, int flags) {
  if (++opened != 2) return ::open(path, flags);
  errno = EMFILE;
  return -1;
}

// There is a descriptor only for whoever is to be turned away.
int acceptToShed(int fd, sockaddr* peer, socklen_t* length, int flags) {
  if (peer == nullptr) return ::accept4(fd, peer, length, flags);
  errno = EMFILE;
  return -1;
}

TEST_CASE("a reserve that somebody else took is had again when there is one [PT14]") {
  const QuietLog quiet;
  Reactor reactor;
  opened = 0;
  sys::kernel.open = openOrLose;
  sys::kernel.accept4 = acceptToShed;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Protocol>(), {"127.0.0.1"});
  for (int i = 0; i < 2; ++i) {
    RawSocket peer = RawSocket::connectedTo(port->getHost());
    char byte = 0;
    turnUntil(reactor, [&] { return ::recv(peer.fd(), &byte, 1, MSG_DONTWAIT) == 0; });
  }
  sys::kernel = sys::kKernel;
  CHECK(opened >= 3);
}

}  // namespace
}  // namespace ropewalk::test
