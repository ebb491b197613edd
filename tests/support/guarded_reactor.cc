#include "support/guarded_reactor.h"

#include <doctest/doctest.h>

namespace ropewalk::test {

void runUntilStopped(Reactor& reactor) {
  bool isLate = false;
  DelayedCall guard = reactor.callLater(kTooLong, [&] {
    isLate = true;
    reactor.crash();
  });
  reactor.run(false);
  if (guard.active()) guard.cancel();
  REQUIRE_MESSAGE(!isLate, "nobody stopped the reactor");
}

void turnUntil(Reactor& reactor, const std::function<bool()>& done) {
  bool isLate = false;
  DelayedCall guard = reactor.callLater(kTooLong, [&] { isLate = true; });
  while (!done() && !isLate) reactor.iterate(kTooLong);
  if (guard.active()) guard.cancel();
  REQUIRE_MESSAGE(!isLate, "what the test waits for does not happen");
}

}  // namespace ropewalk::test
