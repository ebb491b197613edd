// callFromThread, the one door for other threads: TH1 to TH5.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
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

TEST_CASE("calls that a stopped reactor still holds are destroyed with it [TH1]") {
  auto held = std::make_shared<int>(0);
  {
    Reactor reactor;
    reactor.callFromThread([held] { ++*held; });
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
  CHECK(*held == 0);
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

}  // namespace
}  // namespace ropewalk::test
