// Deadlines of connections that are set in the same turn, some of it slow.

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <string_view>

#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

constexpr std::chrono::seconds kLinger(1);
int secondsLost = 0;

int aheadClock(clockid_t clock, timespec* time) {
  const int done = ::clock_gettime(clock, time);
  time->tv_sec += secondsLost;
  return done;
}

struct Seen {
  TimePoint closed;
  Duration lingered{-1};
};

// Closes when it is spoken to, a "slow" one after two seconds.
struct Closing : Protocol {
  Closing(Seen* fast, Seen* slow) : fast_(*fast), slow_(*slow) {}
  void dataReceived(std::string_view data) override {
    seen = data == "slow" ? &slow_ : &fast_;
    if (seen == &slow_) secondsLost += 2;
    transport->loseConnection();
    seen->closed = transport->reactor().now();
  }
  void connectionLost(const Failure&) override {
    seen->lingered = transport->reactor().now() - seen->closed;
  }

  Seen& fast_;
  Seen& slow_;
  Seen* seen = nullptr;
};

TEST_CASE("who closes late in a long turn waits for the peer as long as anybody") {
  secondsLost = 0;
  sys::kernel.clockGettime = aheadClock;
  Seen fast;
  Seen slow;
  {
    Reactor reactor;
    ListenOptions options("127.0.0.1");
    options.limits.linger = kLinger;
    const auto port = reactor.listenTCP(0, Factory::forProtocol<Closing>(&fast, &slow), options);
    RawSocket first = RawSocket::connectedTo(port->getHost());
    RawSocket second = RawSocket::connectedTo(port->getHost());
    turnUntil(reactor, [&] { return reactor.statistics().open == 2; });
    first.send("fast");
    second.send("slow");
    turnUntil(reactor, [&] { return slow.lingered >= Duration::zero(); });
  }
  sys::kernel = sys::kKernel;
  CHECK(slow.lingered >= kLinger);
}

}  // namespace
}  // namespace ropewalk::test
