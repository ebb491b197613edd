// What wakes a reactor, and when: TH1, RC16.

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <thread>

#include "ropewalk/reactor.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

std::atomic<bool> isWaking;
std::atomic<bool> isGone;
std::atomic<bool> wokeNobody;

// Loses the processor on its way, until the reactor is gone, or a while if that waits for us.
ssize_t lateWrite(int fd, const void* bytes, std::size_t size) {
  isWaking = true;
  for (int i = 0; i < 100 && !isGone; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  wokeNobody = isGone.load();
  return ::write(fd, bytes, size);
}

TEST_CASE("a reactor is not gone before whoever is about to wake it has done so [TH1]") {
  auto reactor = std::make_unique<Reactor>();
  sys::kernel.write = lateWrite;
  bool isTaken = false;
  std::thread asking([&] { isTaken = reactor->callFromThread([] {}); });
  while (!isWaking) std::this_thread::yield();
  reactor.reset();
  isGone = true;
  asking.join();
  sys::kernel = sys::kKernel;
  CHECK(isTaken);
  CHECK(!wokeNobody);
}

// Each time it is asked, an hour has gone by.
int hastyClock(clockid_t clock, timespec* time) {
  static int asked = 0;
  const int done = ::clock_gettime(clock, time);
  time->tv_sec += 3600 * ++asked;
  return done;
}

TEST_CASE("iterate does not wait for a time that is over before it waits [RC16]") {
  Reactor reactor;
  std::atomic<bool> isOver = false;
  bool isLate = false;
  std::thread guard([&] {
    for (int i = 0; i < 500 && !isOver; ++i) std::this_thread::sleep_for(10ms);
    if (!isOver) reactor.callFromThread([&] { isLate = true; });
  });
  sys::kernel.clockGettime = hastyClock;
  reactor.iterate(2h);
  sys::kernel = sys::kKernel;
  isOver = true;
  guard.join();
  CHECK(!isLate);
}

}  // namespace
}  // namespace ropewalk::test
