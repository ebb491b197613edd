// Turns that somebody else asks for. RC16.

#include <doctest/doctest.h>
#include <unistd.h>

#include <functional>
#include <memory>

#include "ropewalk/error.h"
#include "ropewalk/factory.h"
#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

TEST_CASE("iterate in a timed call handles what there is and returns [RC16]") {
  Story story;
  Reactor reactor;
  reactor.callLater(0s, [&] {
    reactor.callLater(0s, [&] { story.add("inner"); });
    reactor.iterate();
    reactor.iterate();
    story.add("outer");
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(story.text() == "inner, outer");
}

TEST_CASE(
    "iterate throws from what a descriptor calls, and for a negative delay, and harms nobody") {
  Reactor reactor;
  CHECK_THROWS_AS(reactor.iterate(-1s), NegativeDelay);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  reactor.addReader(ends[0], [&] {
    CHECK_THROWS_AS(reactor.iterate(), ReactorAlreadyRunning);
    reactor.removeReader(ends[0]);
    reactor.stop();
  });
  runUntilStopped(reactor);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a call of another thread is not slept over after an iterate in a timed call [RC16]") {
  Reactor reactor;
  reactor.callLater(0s, [&] {
    // In the second turn of iterate.
    reactor.callLater(0s, [&] {
      reactor.callLater(0s, [&] { reactor.callFromThread([&] { reactor.stop(); }); });
    });
    reactor.iterate();
  });
  bool isLate = false;
  reactor.callLater(5s, [&] {
    isLate = true;
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(!isLate);
}

// A reactor that somebody turns, with a port, and how its end is asked for.
struct Turned {
  Turned() {
    reactor.addSystemEventTrigger("during", "shutdown", [this] { hasShutDown = true; });
  }
  // Calls `end` when the network has something in the `turn`th turn of an iterate.
  void endIn(int turn, const std::function<void()>& end) {
    if (turn == 0) return end();
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    reactor.addReader(ends[0], [this, turn, end] {
      reactor.removeReader(ends[0]);
      ::close(ends[0]);
      ::close(ends[1]);
      endIn(turn - 1, end);
    });
  }

  Reactor reactor;
  std::shared_ptr<ListeningPort> port =
      reactor.listenTCP(0, Factory::forProtocol<Protocol>(), {"127.0.0.1"});
  bool hasShutDown = false;
  int ends[2];
};

TEST_CASE("a stop and a drain go on in the next iterate, or in run [RC16][RC9]") {
  for (const int turn : {1, 2}) {
    for (const bool drains : {false, true}) {
      for (const bool runs : {false, true}) {
        CAPTURE(turn);
        CAPTURE(drains);
        CAPTURE(runs);
        Turned turned;
        Reactor& reactor = turned.reactor;
        bool isAsked = false;
        turned.endIn(turn, [&] {
          isAsked = true;
          drains ? reactor.drain(1s) : reactor.stop();
        });
        reactor.iterate(1s);
        REQUIRE(isAsked);
        if (runs && !turned.hasShutDown) runUntilStopped(reactor);
        for (int i = 0; i < 3 && !turned.hasShutDown; ++i) reactor.iterate(1s);
        CHECK(turned.hasShutDown);
        CHECK(!turned.port->isListening());
        CHECK(!reactor.isRunning());
        CHECK_THROWS_AS(reactor.stop(), ReactorNotRunning);
      }
    }
  }
}

TEST_CASE("an iterate does not start what the one before has begun to start [RC16][RC7]") {
  Story story;
  Reactor reactor;
  Promise<void> ready;
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Startup, [&] {
    story.add("before");
    return ready.deferred();
  });
  reactor.addSystemEventTrigger(Phase::During, SystemEvent::Startup, [&] { story.add("during"); });
  reactor.iterate();
  reactor.iterate();
  CHECK(story.text() == "before");
  ready.callback();
  reactor.iterate();
  CHECK(story.text() == "before, during");
}

}  // namespace
}  // namespace ropewalk::test
