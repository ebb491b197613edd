// What runs when the reactor starts and stops: RC6, RC7, RC9 to RC12, RC14.

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/promise.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

TEST_CASE("isRunning is true from the during phase of startup to that of shutdown [RC6][RC14]") {
  Story story;
  Reactor reactor;
  const auto note = [&](const char* name) {
    return [&reactor, &story, name] {
      story.add(std::string(name) + (reactor.isRunning() ? " running" : " not"));
    };
  };
  CHECK(!reactor.isRunning());
  reactor.addSystemEventTrigger("before", "startup", note("before startup"));
  reactor.addSystemEventTrigger("during", "startup", note("during startup"));
  reactor.addSystemEventTrigger("after", "startup", note("after startup"));
  reactor.addSystemEventTrigger("before", "shutdown", note("before shutdown"));
  reactor.addSystemEventTrigger("during", "shutdown", note("during shutdown"));
  reactor.addSystemEventTrigger("after", "shutdown", note("after shutdown"));
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() ==
        "before startup not, during startup running, after startup running, "
        "before shutdown running, during shutdown not, after shutdown not");
  CHECK(!reactor.isRunning());
}

TEST_CASE(
    "a before trigger of startup that returns a Deferred holds startup back until it fires [RC7]") {
  Story story;
  Reactor reactor;
  Promise<void> ready;
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Startup, [&] {
    story.add("before");
    return ready.deferred();
  });
  reactor.addSystemEventTrigger(Phase::During, SystemEvent::Startup, [&] { story.add("during"); });
  reactor.callWhenRunning([&] {
    story.add("running");
    reactor.stop();
  });
  // The loop turns meanwhile: who else could fire it?
  reactor.callLater(5ms, [&] {
    CHECK(!reactor.isRunning());
    story.add("ready");
    ready.callback();
  });
  runUntilStopped(reactor);
  CHECK(story.text() == "before, ready, during, running");
}

TEST_CASE(
    "the phases of shutdown come in order, and during waits for all that before returned [RC9]") {
  Story story;
  Reactor reactor;
  Promise<void> succeeds;
  Promise<void> fails;
  // Registered in the wrong order on purpose.
  reactor.addSystemEventTrigger(Phase::After, SystemEvent::Shutdown, [&] { story.add("after"); });
  reactor.addSystemEventTrigger(Phase::During, SystemEvent::Shutdown,
                                [&] { story.add("during 1"); });
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [&] {
    story.add("before 1");
    return fails.deferred();
  });
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [&] {
    story.add("before 2");
    return succeeds.deferred();
  });
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown,
                                [&] { story.add("before 3"); });
  reactor.addSystemEventTrigger(Phase::During, SystemEvent::Shutdown,
                                [&] { story.add("during 2"); });
  reactor.callWhenRunning([&] { reactor.stop(); });
  reactor.callLater(5ms, [&] {
    story.add("one failed");
    fails.errback(Failure::of(std::runtime_error("cannot")));
  });
  reactor.callLater(10ms, [&] {
    story.add("one succeeded");
    succeeds.callback();
  });
  const QuietLog quiet;
  runUntilStopped(reactor);
  CHECK(story.text() ==
        "before 1, before 2, before 3, one failed, one succeeded, during 1, during 2, after");
}

// A server that has one connection, and a reactor whose stop waits for what the test fires.
struct Waiting {
  explicit Waiting(Script script)
      : port(reactor.listenTCP(0, scripted(story, "server", std::move(script)), {"127.0.0.1"})),
        peer(RawSocket::connectedTo(port->getHost())) {
    turnUntil(reactor, [this] { return story.has("server made"); });
    reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [this] {
      story.add("asked to stop");
      return done.deferred();
    });
    reactor.addSystemEventTrigger(Phase::During, SystemEvent::Shutdown,
                                  [this] { story.add("during"); });
  }

  Story story;
  Promise<void> done;
  Reactor reactor;
  std::shared_ptr<ListeningPort> port;
  RawSocket peer;
};

TEST_CASE("a stop may wait for the last connection: connectionLost fires it [RC9][RC13][LF3]") {
  Waiting* all = nullptr;
  Waiting test({.lost = [&](Scripted&, const Failure&) { all->done.callback(); }});
  all = &test;
  test.reactor.callWhenRunning([&] { test.reactor.stop(); });
  test.reactor.callLater(5ms, [&] { test.peer.close(); });
  runUntilStopped(test.reactor);
  CHECK(test.story.text() ==
        "server start, server build, server made, asked to stop, server read lost, server lost, "
        "server stop, during");
}

TEST_CASE("what fires the stop is not ended from inside its own callback [RC13][LF3][LF4]") {
  Waiting* all = nullptr;
  Waiting test({.data = [&](Scripted& self, std::string_view) {
    all->done.callback();
    all->story.add("behind it");
    CHECK(!self.isLost);
  }});
  all = &test;
  test.reactor.callWhenRunning([&] { test.reactor.stop(); });
  test.reactor.callLater(5ms, [&] { test.peer.send("x"); });
  runUntilStopped(test.reactor);
  CHECK(test.story.text() ==
        "server start, server build, server made, asked to stop, server data, behind it, "
        "server lost, server stop, during");
}

TEST_CASE("a signal ends the waiting of a stop [RC17]") {
  ChildProcess child([](Line& line) {
    const QuietLog quiet;
    Reactor reactor;
    Promise<void> never;
    reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [&] {
      line.say("waiting");
      return never.deferred();
    });
    reactor.callWhenRunning([&] { reactor.stop(); });
    reactor.run(true);
    return 0;
  });
  CHECK(child.line.hear() == "waiting");
  child.signal(SIGTERM);
  CHECK(child.wait() == 0);
}

TEST_CASE("an exception in a trigger is logged and the others still run [RC10]") {
  for (const Phase phase : {Phase::Before, Phase::During, Phase::After}) {
    for (const SystemEvent event : {SystemEvent::Startup, SystemEvent::Shutdown}) {
      Reactor reactor;
      Story story;
      const QuietLog quiet;
      reactor.addSystemEventTrigger(phase, event, [] { throw std::runtime_error("in a trigger"); });
      reactor.addSystemEventTrigger(phase, event, [] { throw 42; });
      reactor.addSystemEventTrigger(phase, event, [&] { story.add("ran"); });
      reactor.callWhenRunning([&] { reactor.stop(); });
      runUntilStopped(reactor);
      CHECK(story.text() == "ran");
    }
  }
}

TEST_CASE("an exception in a trigger is logged [RC10]") {
  const CapturedLog log;
  Reactor reactor;
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Startup,
                                [] { throw std::runtime_error("in a trigger"); });
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(log.has("in a trigger"));
}

TEST_CASE("a trigger runs once, and not in the next run [RC11]") {
  Reactor reactor;
  int ran = 0;
  for (const Phase phase : {Phase::Before, Phase::During, Phase::After}) {
    for (const SystemEvent event : {SystemEvent::Startup, SystemEvent::Shutdown}) {
      reactor.addSystemEventTrigger(phase, event, [&] { ++ran; });
    }
  }
  for (int round = 0; round < 2; ++round) {
    reactor.callWhenRunning([&] { reactor.stop(); });
    runUntilStopped(reactor);
    CHECK(ran == 6);
  }
}

TEST_CASE("a trigger removed by an earlier one of the same firing does not run [RC11]") {
  for (const Phase phase : {Phase::Before, Phase::During, Phase::After}) {
    Reactor reactor;
    Story story;
    TriggerId later{};
    reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [&] {
      story.add("first");
      reactor.removeSystemEventTrigger(later);
    });
    later =
        reactor.addSystemEventTrigger(phase, SystemEvent::Shutdown, [&] { story.add("removed"); });
    reactor.addSystemEventTrigger(phase, SystemEvent::Shutdown, [&] { story.add("last"); });
    reactor.callWhenRunning([&] { reactor.stop(); });
    runUntilStopped(reactor);
    CHECK(story.text() == "first, last");
  }
}

TEST_CASE("what a removed trigger held may remove another one as it goes [RC11]") {
  Reactor reactor;
  Story story;
  struct Held {
    Held(Reactor* at, const TriggerId* other) : reactor(*at), goesToo(*other) {}
    ~Held() { reactor.removeSystemEventTrigger(goesToo); }
    Reactor& reactor;
    const TriggerId& goesToo;
  };
  const auto add = [&](UniqueFunction<void()> trigger) {
    return reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, std::move(trigger));
  };
  const TriggerId other = add([&] { story.add("other"); });
  const TriggerId removed =
      add([&story, held = std::make_unique<Held>(&reactor, &other)] { story.add("removed"); });
  add([&] { story.add("first"); });
  add([&] { story.add("last"); });
  reactor.removeSystemEventTrigger(removed);
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.text() == "first, last");
}

// Asks for a call when it is destroyed.
struct Parting {
  Parting(Reactor& owner, std::shared_ptr<int> carried)
      : reactor(owner), cargo(std::move(carried)) {}
  Parting(const Parting&) = delete;
  Parting& operator=(const Parting&) = delete;
  ~Parting() {
    reactor.callLater(0s, [held = cargo] { ++*held; });
  }

  Reactor& reactor;
  std::shared_ptr<int> cargo;
};

TEST_CASE("a call that a trigger asks for when it is destroyed with the reactor goes with it") {
  const auto cargo = std::make_shared<int>(0);
  {
    Reactor reactor;
    const auto parting = std::make_shared<Parting>(reactor, cargo);
    reactor.addSystemEventTrigger(Phase::During, SystemEvent::Startup, [parting] {});
  }
  CHECK(cargo.use_count() == 1);
  CHECK(*cargo == 0);
}

TEST_CASE("unknown phases and events throw UnknownPhase [RC12]") {
  Reactor reactor;
  const auto nothing = [] {};
  CHECK_THROWS_AS(reactor.addSystemEventTrigger("beforehand", "shutdown", nothing), UnknownPhase);
  CHECK_THROWS_AS(reactor.addSystemEventTrigger("", "startup", nothing), UnknownPhase);
  CHECK_THROWS_AS(reactor.addSystemEventTrigger("before", "lunch", nothing), UnknownPhase);
}

TEST_CASE("removing a trigger that is not there throws UnknownTrigger [RC12]") {
  Reactor reactor;
  bool hasRun = false;
  const TriggerId removed =
      reactor.addSystemEventTrigger("before", "startup", [&] { hasRun = true; });
  const TriggerId used = reactor.addSystemEventTrigger("before", "startup", [] {});
  reactor.removeSystemEventTrigger(removed);
  CHECK_THROWS_AS(reactor.removeSystemEventTrigger(removed), UnknownTrigger);
  CHECK_THROWS_AS(reactor.removeSystemEventTrigger(TriggerId{123456}), UnknownTrigger);
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(!hasRun);
  CHECK_THROWS_AS(reactor.removeSystemEventTrigger(used), UnknownTrigger);
}

}  // namespace
}  // namespace ropewalk::test
