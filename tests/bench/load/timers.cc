// What timers cost, Ropewalk's callLater() or libevent's own: time, and allocations, counted.
//
//   $ timers --libevent 0 --timers 1000000 --deadlines 10000
//   {"create_ns": 412.7, "create_allocations": 1.000020, "cancel_ns": ..., "rearm_ns": ...
//
// All of `timers` are there before the first is cancelled; their deadlines are in no order, and
// they are cancelled, and forgotten, in the order in which they were created. Then `deadlines` are
// moved to their full length again, one after the other, kRounds times, as messages move the idle
// deadlines of connections. All this in a call of the event loop, which is where programs do it;
// but each round counts as a turn of its own, for libevent tells the time once a turn.

#include <event2/event.h>
#include <ropewalk/ropewalk.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "clocks.h"
#include "heap_probe.h"
#include "options.h"

namespace {

using namespace ropewalk;
using Milliseconds = std::chrono::milliseconds;

constexpr long kRounds = 100;
constexpr Milliseconds kIdle = 1min;

class RopewalkTimers {
 public:
  // Calls `work` in the loop; returns when it has.
  template <typename Work>
  void inLoop(const Work& work) {
    reactor_.callLater(0s, [&] {
      work();
      reactor_.stop();
    });
    reactor_.run();
  }

  void reserve(std::size_t count) { calls_.resize(count); }
  void create(std::size_t i, Milliseconds delay) {
    calls_[i] = reactor_.callLater(delay, [this] { ++ran_; });
  }
  void beginTurn() {}
  void rearm(std::size_t i) { calls_[i].reset(kIdle); }
  void cancel(std::size_t i) {
    calls_[i].cancel();
    calls_[i] = DelayedCall();
  }

 private:
  Reactor& reactor_ = reactor();
  std::vector<DelayedCall> calls_;
  long ran_ = 0;
};

class LibeventTimers {
 public:
  template <typename Work>
  void inLoop(const Work& work) {
    const auto call = [](int, short, void* todo) { (*static_cast<const Work*>(todo))(); };
    event_base_once(base_, -1, EV_TIMEOUT, call, const_cast<Work*>(&work), nullptr);
    event_base_dispatch(base_);
  }

  void reserve(std::size_t count) { events_.resize(count); }
  void create(std::size_t i, Milliseconds delay) {
    const auto call = [](int, short, void* self) { ++static_cast<LibeventTimers*>(self)->ran_; };
    events_[i] = event_new(base_, -1, 0, call, this);
    add(events_[i], delay);
  }
  void beginTurn() { event_base_update_cache_time(base_); }
  void rearm(std::size_t i) { add(events_[i], kIdle); }
  void cancel(std::size_t i) { event_free(events_[i]); }

 private:
  static void add(event* timer, Milliseconds delay) {
    const timeval wait{.tv_sec = delay / 1s, .tv_usec = delay % 1s / 1us};
    event_add(timer, &wait);
  }

  event_base* base_ = event_base_new();
  std::vector<event*> events_;
  long ran_ = 0;
};

// Does `step` for 0 to `count` - 1 and prints what one has cost.
template <typename Step>
void measure(const char* what, std::size_t count, const Step& step) {
  const std::size_t before = bench::allocations();
  const double start = bench::seconds(CLOCK_MONOTONIC);
  for (std::size_t i = 0; i < count; ++i) step(i);
  const double seconds = bench::seconds(CLOCK_MONOTONIC) - start;
  const auto steps = static_cast<double>(count);
  const auto allocations = static_cast<double>(bench::allocations() - before);
  std::printf("\"%s_ns\": %.1f, \"%s_allocations\": %.6f, ", what, seconds / steps * 1e9, what,
              allocations / steps);
}

template <typename Timers>
void report(std::size_t timers, std::size_t deadlines) {
  Timers all;
  // Within a minute after kIdle.
  const auto scattered = [](std::size_t i) { return kIdle + i * 7919 % 60'000 * 1ms; };
  all.reserve(std::max(timers, deadlines));
  std::fputs("{", stdout);
  all.inLoop([&] {
    measure("create", timers, [&](std::size_t i) { all.create(i, scattered(i)); });
    measure("cancel", timers, [&](std::size_t i) { all.cancel(i); });
    for (std::size_t i = 0; i < deadlines; ++i) all.create(i, kIdle);
    measure("rearm", deadlines * kRounds, [&](std::size_t i) {
      if (i % deadlines == 0) all.beginTurn();
      all.rearm(i % deadlines);
    });
    for (std::size_t i = 0; i < deadlines; ++i) all.cancel(i);
  });
  std::printf("\"timers\": %zu, \"deadlines\": %zu}\n", timers, deadlines);
}

}  // namespace

int main(int argc, char** argv) {
  long libevent = 0;
  long timers = 1'000'000;
  long deadlines = 10'000;
  bench::parseOptions(argc, argv,
                      {{"libevent", "1: its timers instead of Ropewalk's", libevent, 0, 1},
                       {"timers", "created, then cancelled", timers, 1, 100'000'000},
                       {"deadlines", "armed again and again", deadlines, 1, 1'000'000}});
  const auto run = libevent ? report<LibeventTimers> : report<RopewalkTimers>;
  run(static_cast<std::size_t>(timers), static_cast<std::size_t>(deadlines));
}
