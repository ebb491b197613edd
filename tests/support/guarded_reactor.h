#pragma once

#include <functional>

#include "ropewalk/reactor.h"
#include "support/slowdown.h"

namespace ropewalk::test {

// How long a test may take before it has failed. Never what a test waits for.
inline constexpr Duration kTooLong = 20s * kSlowdown;

// Runs `reactor` until somebody stops it. A test that nobody stops fails instead of hanging.
void runUntilStopped(Reactor& reactor);

// Turns `reactor` until `done()`, which is asked after each turn. A test that is never done fails.
void turnUntil(Reactor& reactor, const std::function<bool()>& done);

}  // namespace ropewalk::test
