// The reactor's own rules, on the real driver: running and turns. RC3 to RC5, RC15, RC16, RC18,
// RC19 and RC24. How it stops is in stopping_test.cc, triggers are in trigger_test.cc, RC17 in
// signal_test.cc, RC25 in closing_test.cc.

#include "ropewalk/reactor.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "ropewalk/promise.h"
#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/guarded_reactor.h"
#include "support/loopback_wire.h"
#include "support/pattern.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

TEST_CASE("run inside run throws ReactorAlreadyRunning and leaves the outer one running [RC3]") {
  Reactor reactor;
  bool goesOn = false;
  reactor.callWhenRunning([&] {
    CHECK_THROWS_AS(reactor.run(false), ReactorAlreadyRunning);
    reactor.callLater(0s, [&] {
      CHECK_THROWS_AS(reactor.run(false), ReactorAlreadyRunning);
      goesOn = reactor.isRunning();
      reactor.stop();
    });
  });
  runUntilStopped(reactor);
  CHECK(goesOn);
}

TEST_CASE("a stopped reactor can be run again, with everything as the first time [RC4]") {
  Story story;
  Reactor reactor;
  for (int round = 1; round <= 3; ++round) {
    reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Startup, [&] { story.add("up"); });
    reactor.addSystemEventTrigger(Phase::After, SystemEvent::Shutdown, [&] { story.add("down"); });
    reactor.callFromThread([&] { story.add("thread call"); });
    reactor.callLater(1ms, [&] { reactor.stop(); });
    runUntilStopped(reactor);
    CHECK(story.text() == "up, thread call, down");
    story.clear();
    // Its network works each time as well.
    const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
    const auto factory = scripted(story, "client");
    factory->onLost = [&](Connector&, const Failure&) {
      if (reactor.isRunning()) reactor.stop();
    };
    reactor.connectTCP("127.0.0.1", port->getHost().port(), factory);
    turnUntil(reactor, [&] { return story.has("server made") && story.has("client made"); });
    factory->built[0]->transport->loseConnection();
    runUntilStopped(reactor);
    CHECK(factory->built[0]->reason.check<ConnectionDone>());
    story.clear();
  }
}

TEST_CASE("callWhenRunning calls in the order asked, once it runs [RC5]") {
  Story story;
  Reactor reactor;
  for (const char* name : {"a", "b", "c"}) {
    reactor.callWhenRunning([&reactor, &story, name] {
      CHECK(reactor.isRunning());
      story.add(name);
    });
  }
  CHECK(story.text() == "");
  reactor.callWhenRunning([&] {
    reactor.callWhenRunning([&] { story.add("at once"); });
    story.add("after that");
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(story.text() == "a, b, c, at once, after that");
}

TEST_CASE(
    "crash leaves run without shutdown, and run works again with everything still there [RC15]") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  Reactor& reactor = talk.wire.serverReactor();
  bool hasShutDown = false;
  bool stillTheSameTurn = false;
  reactor.addSystemEventTrigger("before", "shutdown", [&] { hasShutDown = true; });
  reactor.callWhenRunning([&] {
    reactor.crash();
    stillTheSameTurn = true;
  });
  runUntilStopped(reactor);
  CHECK(stillTheSameTurn);
  CHECK(!hasShutDown);
  CHECK(!talk.server().isLost);

  talk.client().transport->write("still there?");
  reactor.callLater(1h, [] {});
  talk.wire.until([&] { return talk.server().received == "still there?"; });
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(hasShutDown);
  CHECK(talk.server().isLost);
}

TEST_CASE("a turn runs thread calls, then due calls, then shutdown, then the network [RC18]") {
  Reactor* reactor = nullptr;
  bool isMeasured = false;
  Script serving;
  serving.data = [&](Scripted&, std::string_view) {
    if (isMeasured) reactor->stop();
  };
  Conversation<LoopbackWire> talk(serving);
  talk.begin();
  reactor = &talk.wire.serverReactor();
  Story& story = talk.story;
  RawSocket peer = RawSocket::connectedTo(talk.port->getHost());
  talk.wire.until([&] { return story.has("server1 made"); });
  reactor->callWhenRunning([&] {
    // All of it is there when the next turn begins, asked for in the opposite order.
    isMeasured = true;
    peer.send("network");
    reactor->callLater(0s, [&] { story.add("timed call"); });
    reactor->callFromThread([&] { story.add("thread call"); });
  });
  runUntilStopped(*reactor);
  CHECK(story.inOrder("thread call", "timed call"));
  CHECK(story.inOrder("timed call", "server1 data"));
}

TEST_CASE("the network has its turn before a call that was asked for by a call [TM4][RC18]") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  Reactor& reactor = talk.wire.serverReactor();
  RawSocket peer = RawSocket::connectedTo(talk.port->getHost());
  talk.wire.until([&] { return talk.story.has("server1 made"); });
  reactor.callLater(0s, [&] {
    peer.send("network");
    reactor.callLater(0s, [&] {
      talk.story.add("nested");
      reactor.stop();
    });
  });
  runUntilStopped(reactor);
  CHECK(talk.story.inOrder("server1 data", "nested"));
}

TEST_CASE("a stop asked for in a turn comes before what the network has [RC18]") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  Reactor& reactor = talk.wire.serverReactor();
  RawSocket peer = RawSocket::connectedTo(talk.port->getHost());
  talk.wire.until([&] { return talk.story.has("server1 made"); });
  reactor.addSystemEventTrigger("before", "shutdown", [&] { talk.story.add("shutdown"); });
  reactor.callLater(0s, [&] {
    peer.send("network");
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(talk.story.inOrder("shutdown", "server1 lost"));
  CHECK(!talk.story.has("server1 data"));
}

TEST_CASE(
    "an exception out of a timed call or a thread call is logged and the loop goes on [RC19]") {
  Reactor reactor;
  const CapturedLog log;
  Story story;
  reactor.callFromThread([] { throw std::runtime_error("in a thread call"); });
  reactor.callFromThread([&] { story.add("thread call"); });
  reactor.callFromThread([] { throw 42; });
  reactor.callLater(0s, [] { throw std::runtime_error("in a timed call"); });
  reactor.callLater(0s, [] { throw 42; });
  reactor.callLater(0s, [&] { story.add("timed call"); });
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() == "thread call, timed call");
  CHECK(log.has("in a thread call"));
  CHECK(log.has("in a timed call"));
}

TEST_CASE("an exception out of a call in callWhenRunning is logged and run goes on [RC19]") {
  Reactor reactor;
  const CapturedLog log;
  reactor.callWhenRunning([] { throw std::runtime_error("while starting"); });
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(log.has("while starting"));
}

TEST_CASE("a reactor that has only a far-away call to wait for uses no processor [RC24]") {
  constexpr std::chrono::milliseconds kIdle{400};
  for (const Duration away :
       {Duration(1h), Duration(24h * 25), Duration(24h * 365 * 100), Duration::max()}) {
    Reactor reactor;
    bool hasRun = false;
    reactor.callLater(away, [&] { hasRun = true; });
    std::thread stopper([&] {
      std::this_thread::sleep_for(kIdle / 4);
      reactor.callFromThread([&] { reactor.stop(); });
    });
    const Duration before = processorTime();
    reactor.run(false);
    const Duration used = processorTime() - before;
    stopper.join();
    CHECK(!hasRun);
    CHECK(used < kIdle / 8);
  }
}

TEST_CASE(
    "what was asked for before run, or between two runs, is done without delay [RC16][PT3][CL7]") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  Reactor& reactor = talk.wire.serverReactor();
  const TimePoint start = reactor.now();
  // Nothing else will wake the loop.
  SUBCASE("stopListening, run") {
    talk.port->stopListening().addCallback([&] { reactor.stop(); });
    runUntilStopped(reactor);
  }
  SUBCASE("stopListening, iterate") {
    bool isStopped = false;
    talk.port->stopListening().addCallback([&] { isStopped = true; });
    turnUntil(reactor, [&] { return isStopped; });
  }
  SUBCASE("abortConnection, run") {
    talk.server().transport->abortConnection();
    talk.clientFactory->onLost = [&](Connector&, const Failure&) { reactor.stop(); };
    runUntilStopped(reactor);
  }
  SUBCASE("abortConnection, iterate") {
    talk.server().transport->abortConnection();
    turnUntil(reactor, [&] { return talk.isOver(); });
  }
  SUBCASE("write, run") {
    talk.server().transport->write("x");
    talk.server().transport->loseConnection();
    talk.clientFactory->onLost = [&](Connector&, const Failure&) { reactor.stop(); };
    runUntilStopped(reactor);
  }
  SUBCASE("write, iterate") {
    talk.server().transport->write("x");
    turnUntil(reactor, [&] { return talk.client().received == "x"; });
  }
  CHECK(reactor.now() - start < 5s);
}

TEST_CASE("several reactors live side by side, one after the other on one thread") {
  Reactor first;
  Reactor second;
  Story story;
  first.callWhenRunning([&] {
    story.add("first");
    first.stop();
  });
  second.callWhenRunning([&] {
    story.add("second");
    second.stop();
  });
  runUntilStopped(second);
  runUntilStopped(first);
  CHECK(story.text() == "second, first");
}

}  // namespace
}  // namespace ropewalk::test
