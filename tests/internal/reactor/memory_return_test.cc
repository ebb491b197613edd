#include "reactor/memory_return.h"

#include <doctest/doctest.h>

#include "ropewalk/sim/clock.h"
#include "sys/kernel.h"

namespace ropewalk::detail {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

int trims = 0;

// A reactor's time, and memory that is held and released on its thread.
struct Stage {
  Stage() {
    trims = 0;
    sys::kernel.mallocTrim = [](std::size_t) { return ++trims; };
    sys::giveBackMemory();  // what other tests have held is forgotten
    trims = 0;
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { sys::kernel = sys::kKernel; }

  void hold(std::size_t bytes) {
    sys::chargeMemory(bytes);
    sys::releaseMemory(bytes);
  }

  void advance(Duration time) {
    clock.advance(time);
    if (wheel.nextSweep() <= clock.now()) wheel.sweep(clock.now());
  }

  sim::Clock clock;
  DeadlineWheel wheel{clock};
  MemoryReturn memoryReturn{clock, wheel};
  sys::MemoryListening listening{&memoryReturn};
};

TEST_CASE("memory is given back a second after 8 MiB were released, and not for less") {
  Stage stage;
  stage.hold(8 * kMiB - 1);
  stage.advance(10s);
  CHECK(trims == 0);
  stage.hold(8 * kMiB);
  CHECK(trims == 0);  // it is not freed yet
  stage.advance(500ms);
  CHECK(trims == 0);
  stage.advance(1s);
  CHECK(trims == 1);
  stage.advance(1h);
  CHECK(trims == 1);
}

TEST_CASE("memory is given back at most every 10 s") {
  Stage stage;
  int seconds = 0;
  for (; seconds < 60; ++seconds) {
    stage.hold(100 * kMiB);
    stage.advance(1s);
  }
  CHECK(trims >= 5);
  CHECK(trims <= 7);
}

TEST_CASE("memory that is needed again is not given back") {
  Stage stage;
  stage.hold(100 * kMiB);
  sys::chargeMemory(60 * kMiB);
  stage.advance(2s);
  CHECK(trims == 0);
  sys::releaseMemory(60 * kMiB);
  stage.advance(2s);
  CHECK(trims == 1);
}

TEST_CASE("while more than half of the most is held, nothing is given back") {
  Stage stage;
  sys::chargeMemory(100 * kMiB);
  sys::releaseMemory(49 * kMiB);
  stage.advance(2s);
  CHECK(trims == 0);
  sys::releaseMemory(kMiB);
  stage.advance(2s);
  CHECK(trims == 1);
  sys::releaseMemory(50 * kMiB);
  stage.advance(20s);
  CHECK(trims == 2);
}

}  // namespace
}  // namespace ropewalk::detail
