#pragma once

#include <doctest/doctest.h>

#include <utility>

#include "ropewalk/reactor.h"

namespace ropewalk::test {

// How long a test may take before it has failed. Never what a test waits for.
inline constexpr Duration kTooLong = 20s;

// Runs `reactor` until somebody stops it. A test that nobody stops fails instead of hanging.
inline void runUntilStopped(Reactor& reactor) {
  bool isLate = false;
  DelayedCall guard = reactor.callLater(kTooLong, [&] {
    isLate = true;
    reactor.crash();
  });
  reactor.run(false);
  if (guard.active()) guard.cancel();
  REQUIRE_MESSAGE(!isLate, "nobody stopped the reactor");
}

// Turns `reactor` until `done()`, which is asked after each turn. A test that is never done fails.
template <typename Done>
void turnUntil(Reactor& reactor, Done done) {
  bool isLate = false;
  DelayedCall guard = reactor.callLater(kTooLong, [&] { isLate = true; });
  while (!done() && !isLate) reactor.iterate(kTooLong);
  if (guard.active()) guard.cancel();
  REQUIRE_MESSAGE(!isLate, "what the test waits for does not happen");
}

}  // namespace ropewalk::test
