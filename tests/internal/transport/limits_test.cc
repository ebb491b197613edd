// What the kernel is told of a connection's limits.

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "ropewalk/connection_limits.h"
#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

int patienceTold = 0;

int countPatience(int fd, int level, int name, const void* value, socklen_t length) {
  if (level == IPPROTO_TCP && name == TCP_USER_TIMEOUT) ++patienceTold;
  return ::setsockopt(fd, level, name, value, length);
}

// Changes its limits three times, its patience only the last time.
struct Changing : Protocol {
  explicit Changing(bool* changed) : isDone(*changed) {}
  void connectionMade() override {
    ConnectionLimits limits = transport->limits();
    patienceTold = 0;
    limits.maxQueued = 1000;
    transport->setLimits(limits);
    limits.writeHighWater = 500;
    transport->setLimits(limits);
    CHECK(patienceTold == 0);
    limits.writeStall *= 10;
    transport->setLimits(limits);
    CHECK(patienceTold == 1);
    isDone = true;
  }

  bool& isDone;
};

TEST_CASE("limits that are the reactor's own are changed without a system call") {
  Reactor reactor;
  bool isDone = false;
  sys::kernel.setsockopt = countPatience;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Changing>(&isDone), {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return isDone; });
  sys::kernel = sys::kKernel;
}

}  // namespace
}  // namespace ropewalk::test
