// callFromThread, the one door for other threads: TH1 to TH5.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/story.h"

namespace ropewalk::test {
namespace {

TEST_CASE("calls from one thread run in order on the reactor's thread, none is lost [TH1]") {
  constexpr int kThreads = 4;
  constexpr int kCalls = 20'000;
  Reactor reactor;
  const std::thread::id here = std::this_thread::get_id();
  std::vector<std::vector<int>> seen(kThreads);
  int left = kThreads * kCalls;
  bool isElsewhere = false;
  std::vector<std::thread> threads;
  reactor.callWhenRunning([&] {
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kCalls; ++i) {
          reactor.callFromThread([&, t, i] {
            seen[t].push_back(i);
            isElsewhere = isElsewhere || std::this_thread::get_id() != here;
            if (--left == 0) reactor.stop();
          });
        }
      });
    }
  });
  runUntilStopped(reactor);
  for (std::thread& thread : threads) thread.join();
  CHECK(!isElsewhere);
  for (const std::vector<int>& calls : seen) {
    CHECK(calls.size() == kCalls);
    CHECK(std::is_sorted(calls.begin(), calls.end()));
  }
}

TEST_CASE("a call made before run waits until the reactor runs [TH2]") {
  Story story;
  Reactor reactor;
  CHECK(reactor.callFromThread([&] {
    story.add("called");
    CHECK(reactor.isRunning());
    reactor.stop();
  }));
  std::thread([&] { reactor.callFromThread([&] { story.add("called too"); }); }).join();
  CHECK(story.text() == "");
  reactor.callWhenRunning([&] { story.add("running"); });
  runUntilStopped(reactor);
  CHECK(story.text() == "running, called, called too");
}

TEST_CASE("a call wakes an idle loop at once [TH3]") {
  Reactor reactor;
  reactor.callLater(1h, [] {});
  constexpr int kRounds = 200;
  std::atomic<int> answered = 0;
  std::thread asking([&] {
    // One at a time: each finds the loop asleep, or about to fall asleep.
    for (int i = 0; i < kRounds; ++i) {
      reactor.callFromThread([&] { ++answered; });
      while (answered.load() <= i) std::this_thread::yield();
    }
    reactor.callFromThread([&] { reactor.stop(); });
  });
  const TimePoint before = reactor.now();
  reactor.run(false);
  asking.join();
  CHECK(answered == kRounds);
  // Far less than any poll in between: a loop that woke up by itself would need a round's time for
  // each.
  CHECK(reactor.now() - before < 10s);
}

TEST_CASE("far more calls than a pipe can hold wake the loop and all run [TH3]") {
  Reactor reactor;
  constexpr int kCalls = 300'000;
  int ran = 0;
  std::thread([&] {
    for (int i = 0; i < kCalls; ++i) reactor.callFromThread([&] { ++ran; });
  }).join();
  reactor.callFromThread([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(ran == kCalls);
}

TEST_CASE("callFromThread with stop stops the reactor [TH4]") {
  Reactor reactor;
  std::thread stopping([&] { reactor.callFromThread([&] { reactor.stop(); }); });
  runUntilStopped(reactor);
  stopping.join();
  CHECK(!reactor.isRunning());
}

TEST_CASE("a call queued by a call waits for the next turn [TH5]") {
  Story story;
  Reactor reactor;
  reactor.callLater(0s, [&] { story.add("timed call of this turn"); });
  reactor.callFromThread([&] {
    story.add("first");
    reactor.callFromThread([&] {
      story.add("nested");
      reactor.stop();
    });
  });
  reactor.callFromThread([&] { story.add("second"); });
  runUntilStopped(reactor);
  CHECK(story.text() == "first, second, timed call of this turn, nested");
}

TEST_CASE("calls that queue calls for ever do not starve the rest [TH5]") {
  Reactor reactor;
  std::function<void()> again = [&] {
    if (reactor.isRunning()) reactor.callFromThread(again);
  };
  reactor.callFromThread(again);
  reactor.callLater(1ms, [&] { reactor.stop(); });
  runUntilStopped(reactor);
}

TEST_CASE("calls that a stopped reactor still holds run when it is destroyed, in order [TH2]") {
  auto held = std::make_shared<int>(0);
  Story story;
  const QuietLog quiet;
  {
    Reactor own;
    own.callFromThread([&, held] {
      story.add(&reactor() == &own ? "first" : "on another reactor");
      own.callLater(0s, [held] { ++*held; });
      CHECK(!own.callFromThread([] {}));
    });
    own.callFromThread([&]() -> void {
      story.add("second");
      throw std::runtime_error("logged");
    });
    own.callFromThread([&] { story.add("third"); });
    CHECK(held.use_count() == 2);
  }
  CHECK(story.text() == "first, second, third");
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);  // no turn comes any more
}

TEST_CASE("each call that was answered with true runs, whenever the reactor stops and dies [TH2]") {
  std::atomic<int> ran = 0;
  int accepted = 0;
  for (int round = 0; round < 50; ++round) {
    std::atomic<bool> isRunning = false, isOver = false;
    auto own = std::make_unique<Reactor>();
    std::thread asking([&] {
      while (!isOver) {
        if (own->callFromThread([&] { ++ran; })) ++accepted;
        isRunning = true;
      }
    });
    own->callLater(100us, [&] { own->stop(); });
    runUntilStopped(*own);
    while (!isRunning) std::this_thread::yield();
    isOver = true;
    asking.join();
    own.reset();
    CHECK(ran == accepted);
  }
}

TEST_CASE(
    "a call's result may be sent by a thread while the reactor is busy, run and stop again [TH1]") {
  Reactor reactor;
  std::atomic<bool> isOver = false;
  std::atomic<int> accepted = 0;
  int ran = 0;
  std::thread asking([&] {
    while (!isOver) {
      if (reactor.callFromThread([&] { ++ran; })) ++accepted;
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < 20; ++round) {
    reactor.callLater(1ms, [&] { reactor.stop(); });
    runUntilStopped(reactor);
  }
  isOver = true;
  asking.join();
  // What came between the last stop and now runs the next time.
  reactor.callLater(0s, [&] { reactor.callFromThread([&] { reactor.stop(); }); });
  runUntilStopped(reactor);
  CHECK(ran == accepted);
}

// Copies and drops `handle` many times.
void passAround(const TransportRef& handle) {
  for (int i = 0; i < 1'000'000; ++i) {
    TransportRef copy = handle;
    const TransportRef moved = std::move(copy);
  }
}

TEST_CASE("a transport's handle may be copied and dropped on any thread, also as the last one") {
  Story story;
  Reactor reactor;
  TransportRef kept;
  const auto factory =
      scripted(story, "server", {.made = [&](Scripted& self) { kept = self.transport; }});
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return story.has("server made"); });
  std::vector<std::thread> threads;
  SUBCASE("of a connection that is open") {
    for (int i = 0; i < 2; ++i) threads.emplace_back([copy = kept] { passAround(copy); });
    passAround(kept);
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    CHECK(kept->isConnected());
    CHECK(kept->refCount() == 3);  // the turn's, the protocol's, ours
  }
  SUBCASE("of one that ends meanwhile, for a reason of the user's") {
    kept->abortConnection(Failure::of(std::runtime_error("a reason")));
    for (int i = 0; i < 2; ++i) threads.emplace_back([copy = kept] { passAround(copy); });
    kept = TransportRef();
    turnUntil(reactor, [&] { return story.has("server lost"); });
  }
  SUBCASE("of no connection") {
    kept = TransportRef();
    for (int i = 0; i < 2; ++i) threads.emplace_back([] { passAround(TransportRef()); });
    passAround(TransportRef());
  }
  for (std::thread& thread : threads) thread.join();
}

#ifndef NDEBUG
// What `work` says on stderr, and how the process ends in which it does.
std::string saidBy(const std::function<void()>& work, int* status) {
  ChildProcess child([&](Line& line) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return 1;
    const pid_t inner = ::fork();
    if (inner == 0) {
      ::dup2(ends[1], STDERR_FILENO);
      const rlimit none{0, 0};
      ::setrlimit(RLIMIT_CORE, &none);
      work();
      ::_exit(0);
    }
    ::close(ends[1]);
    char said[1000] = {};
    const ssize_t size = ::read(ends[0], said, sizeof said - 1);
    int innerStatus = 0;
    ::waitpid(inner, &innerStatus, 0);
    line.say(std::string(said, size > 0 ? static_cast<std::size_t>(size) - 1 : 0));
    return WIFSIGNALED(innerStatus) ? WTERMSIG(innerStatus) : 0;
  });
  const std::string said = child.line.hear();
  *status = child.wait();
  return said;
}

TEST_CASE("a call from another thread than the reactor's stops a debug build, with a sentence") {
  std::string call;
  DelayedCall timed;
  std::function<void(Reactor&, const TransportRef&)> wrong;
  SUBCASE("a write") {
    call = "server,0,127.0.0.1: Transport::write()";
    wrong = [](Reactor&, const TransportRef& transport) { transport->write("hello"); };
  }
  SUBCASE("a close") {
    call = "server,0,127.0.0.1: Transport::loseConnection()";
    wrong = [](Reactor&, const TransportRef& transport) { transport->loseConnection(); };
  }
  SUBCASE("an abort") {
    call = "server,0,127.0.0.1: Transport::abortConnection()";
    wrong = [](Reactor&, const TransportRef& transport) { transport->abortConnection(); };
  }
  SUBCASE("a timed call") {
    call = "Reactor::callLater()";
    wrong = [](Reactor& reactor, const TransportRef&) { reactor.callLater(1s, [] {}); };
  }
  SUBCASE("a timed call that is cancelled") {
    call = "DelayedCall::cancel()";
    wrong = [&](Reactor&, const TransportRef&) { timed.cancel(); };
  }
  SUBCASE("a timed call that is reset") {
    call = "DelayedCall::reset()";
    wrong = [&](Reactor&, const TransportRef&) { timed.reset(1s); };
  }
  SUBCASE("a timed call that is delayed") {
    call = "DelayedCall::delay()";
    wrong = [&](Reactor&, const TransportRef&) { timed.delay(1s); };
  }
  SUBCASE("a stop") {
    call = "Reactor::stop()";
    wrong = [](Reactor& reactor, const TransportRef&) { reactor.stop(); };
  }
  SUBCASE("a drain") {
    call = "Reactor::drain()";
    wrong = [](Reactor& reactor, const TransportRef&) { reactor.drain(); };
  }
  SUBCASE("a port") {
    call = "listening or connecting";
    wrong = [](Reactor& reactor, const TransportRef&) {
      reactor.listenTCP(0, Factory::forProtocol<Protocol>(), {"127.0.0.1"});
    };
  }
  int status = 0;
  const std::string said = saidBy(
      [&] {
        Story story;
        Reactor reactor;
        timed = reactor.callLater(1h, [] {});
        const auto made = [&](Scripted& self) {
          std::thread([&] { wrong(reactor, self.transport); }).join();
        };
        const auto port =
            reactor.listenTCP(0, scripted(story, "server", {.made = made}), {"127.0.0.1"});
        const RawSocket peer = RawSocket::connectedTo(port->getHost());
        runUntilStopped(reactor);
      },
      &status);
  CHECK(status == SIGABRT);
  CHECK(said == "ropewalk: " + call +
                    " was called on another thread than the reactor's, which runs: use "
                    "Reactor::callFromThread()");
}
#endif

TEST_CASE("a reactor that does not run may be prepared on one thread and run on another") {
  Story story;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
  reactor.callLater(0s, [&] { reactor.stop(); });
  std::thread([&] { reactor.run(false); }).join();
  CHECK(story.has("server start"));
  reactor.callLater(0s, [&] { reactor.stop(); });
  runUntilStopped(reactor);
}

}  // namespace
}  // namespace ropewalk::test
