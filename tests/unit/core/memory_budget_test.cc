#include "ropewalk/memory_budget.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/connection_limits.h"
#include "ropewalk/echo.h"
#include "ropewalk/producer.h"
#include "ropewalk/shared_bytes.h"
#include "ropewalk/sim/connected_pair.h"
#include "ropewalk/sim/string_transport.h"
#include "support/captured_log.h"
#include "support/memory_shortage.h"

namespace ropewalk::test {
namespace {

constexpr std::size_t kMuch = 20'000;

struct Echoing {
  explicit Echoing(std::size_t room = 1'000'000'000) {
    protocol.makeConnection(wire);
    wire.setRoom(room);
  }
  sim::StringTransport wire;
  echo::Echo protocol;
};

struct Source : Producer {
  void pauseProducing() override { said += "pause "; }
  void resumeProducing() override { said += "resume "; }
  void stopProducing() override { said += "stop "; }
  std::string said;
};

TEST_CASE("an echo that leaves in its turn is not charged") {
  const std::size_t before = memoryHeld();
  Echoing echo;
  echo.wire.deliver(std::string(kMuch, 'x'));
  CHECK(echo.wire.takeWritten().size() == kMuch);
  CHECK(memoryHeld() == before);
}

TEST_CASE("output that waits is charged by the capacity of what keeps it, until it has left") {
  const std::size_t before = memoryHeld();
  Echoing echo(0);
  SUBCASE("of a view") { echo.wire->write(std::string(kMuch, 'x').substr(0)); }
  SUBCASE("of a string") { echo.wire->write(std::string(kMuch, 'x')); }
  SUBCASE("of a string, behind what waits") {
    echo.wire->write("x");
    echo.wire.settle();
    echo.wire->write(std::string(kMuch - 1, 'x'));
  }
  SUBCASE("of shared bytes") { echo.wire->write(SharedBytes(std::string(kMuch, 'x'))); }
  SUBCASE("of shared bytes, behind what waits") {
    echo.wire->write("x");
    echo.wire.settle();
    echo.wire->write(SharedBytes(std::string(kMuch - 1, 'x')));
  }
  SUBCASE("of many views") {
    for (std::size_t i = 0; i < kMuch / 100; ++i)
      echo.wire->write(std::string_view(std::string(100, 'x')));
  }
  echo.wire.settle();
  CHECK(echo.wire->unsentBytes() == kMuch);
  CHECK(memoryHeld() - before >= kMuch);
  CHECK(memoryHeld() - before <= 2 * kMuch + 1000);
  echo.wire.setRoom(kMuch);
  CHECK(echo.wire->unsentBytes() == 0);
  CHECK(memoryHeld() == before);
}

TEST_CASE("output that is dropped with its connection is charged no longer") {
  const std::size_t before = memoryHeld();
  {
    Echoing echo(0);
    echo.wire->write(std::string(kMuch, 'x'));
    echo.wire.settle();
    CHECK(memoryHeld() > before);
    SUBCASE("by an abort") { echo.wire->abortConnection(); }
    SUBCASE("by the peer") { echo.wire.peerResets(); }
    SUBCASE("by its destruction") {}
  }
  CHECK(memoryHeld() == before);
}

TEST_CASE("shared bytes are charged once, however many connections wait to send them") {
  const std::size_t before = memoryHeld();
  const SharedBytes line(std::string(kMuch, 'x'));
  std::vector<std::unique_ptr<Echoing>> members;
  for (int i = 0; i < 100; ++i) {
    members.push_back(std::make_unique<Echoing>(0));
    members.back()->wire->write(line);
    members.back()->wire.settle();
  }
  CHECK(memoryHeld() - before >= kMuch);
  CHECK(memoryHeld() - before <= kMuch + 100 * 200);
  while (members.size() > 1) members.pop_back();
  CHECK(memoryHeld() - before >= kMuch);
  members.clear();
  CHECK(memoryHeld() == before);
}

TEST_CASE("a connection that is stalled reads on at the budget, and stops one byte above it") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  Echoing echo(0);
  echo.wire.deliver("hello");
  const std::size_t held = memoryHeld() - before;
  CHECK(held > 0);
  {
    const SmallBudget budget(before + held);
    echo.wire.settle();
    CHECK_FALSE(isMemoryShort());
    CHECK(echo.wire.isReading());
    MemoryCharge oneByte;
    oneByte.set(1);
    CHECK(isMemoryShort());
    echo.wire.advance(5s);
    CHECK_FALSE(echo.wire.isReading());
  }
  echo.wire.advance(5s);
  CHECK(echo.wire.isReading());
}

TEST_CASE("what arrives at a stalled connection while memory is short waits in the kernel") {
  const QuietLog quiet;
  MemoryShortage shortage;
  Echoing echo(0);
  echo.wire.deliver("one");
  CHECK(echo.wire->unsentBytes() == 3);
  echo.wire.deliver("two");
  CHECK(echo.wire->unsentBytes() == 3);
  SUBCASE("until the peer takes what waits for it") { echo.wire.setRoom(100); }
  SUBCASE("until there is memory again, for at most 2 s more") {
    shortage.end();
    echo.wire.advance(2s);
    CHECK(echo.wire->unsentBytes() == 6);
    echo.wire.setRoom(100);
  }
  CHECK(echo.wire.takeWritten() == "onetwo");
  CHECK(echo.wire.isReading());
}

TEST_CASE("a connection that a shortage held back reads on after it, though much output waits") {
  const QuietLog quiet;
  MemoryShortage shortage;
  Echoing echo(0);
  echo.wire->write(std::string(kMuch, 'x'));
  echo.wire.deliver("two");
  CHECK(echo.wire->unsentBytes() == kMuch);
  const auto source = std::make_shared<Source>();
  SUBCASE("and its producer goes on") {
    echo.wire->registerProducer(source, Streaming::Push);
    echo.wire->write("more");
    echo.wire.advance(5s);
    CHECK(source->said == "pause ");
    shortage.end();
    echo.wire.advance(2s);
    CHECK(source->said == "pause resume ");
  }
  SUBCASE("by itself") {
    shortage.end();
    echo.wire.advance(2s);
    CHECK(echo.wire->unsentBytes() == kMuch + 3);
  }
}

TEST_CASE("a connection whose peer takes all is served while memory is short") {
  const QuietLog quiet;
  const MemoryShortage shortage;
  Echoing echo;
  for (int i = 0; i < 10; ++i) {
    echo.wire.deliver(std::string(kMuch, 'x'));
    CHECK(echo.wire.takeWritten().size() == kMuch);
  }
}

TEST_CASE("a connection is read from in small pieces while memory is short") {
  const QuietLog quiet;
  MemoryShortage shortage;
  struct Sizes : Protocol {
    void dataReceived(std::string_view data) override { longest = std::max(longest, data.size()); }
    std::size_t longest = 0;
  } sizes;
  sim::StringTransport wire;
  sizes.makeConnection(wire);
  wire.deliver(std::string(100'000, 'x'));
  CHECK(sizes.longest == 4096);
  shortage.end();
  wire.deliver(std::string(100'000, 'x'));
  CHECK(sizes.longest == 65'536);
}

TEST_CASE("setReadWhileBlocked(true) holds while memory is short, too") {
  const QuietLog quiet;
  const MemoryShortage shortage;
  Echoing echo(0);
  echo.wire->setReadWhileBlocked(true);
  echo.wire.deliver("one");
  echo.wire.deliver("two");
  CHECK(echo.wire->unsentBytes() == 6);
}

// Notes what it is told.
TEST_CASE("a producer is paused while memory is short and its peer takes nothing") {
  const QuietLog quiet;
  MemoryShortage shortage;
  Echoing echo(0);
  const auto source = std::make_shared<Source>();
  echo.wire->registerProducer(source, Streaming::Push);
  echo.wire->write("something");
  echo.wire.settle();
  CHECK(source->said == "pause ");
  SUBCASE("until the peer takes it") { echo.wire.setRoom(100); }
  SUBCASE("until there is memory again") {
    echo.wire.advance(5s);
    CHECK(source->said == "pause ");
    shortage.end();
    echo.wire.advance(2s);
  }
  CHECK(source->said == "pause resume ");
}

TEST_CASE("a shortage that no peer ends is ended by the deadline of those that are stalled") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  const SmallBudget budget(before + 50'000);
  std::vector<std::unique_ptr<Echoing>> stalled;
  for (int i = 0; i < 100; ++i) {
    stalled.push_back(std::make_unique<Echoing>(0));
    for (int k = 0; k < 5; ++k) stalled.back()->wire.deliver(std::string(1000, 'x'));
  }
  CHECK(isMemoryShort());
  CHECK(memoryHeld() - before < 50'000 + 100 * 2'500);  // one delivery each
  for (const auto& each : stalled) each->wire.advance(31s);
  for (const auto& each : stalled) CHECK(each->wire.isDisconnected());
  CHECK(memoryHeld() == before);
  CHECK_FALSE(isMemoryShort());
}

TEST_CASE("the log says once that more is held than the budget, and again after a relief") {
  const CapturedLog log;
  MemoryShortage shortage(1000);
  const std::string line = "more than setMemoryBudget() allows (" + std::to_string(memoryBudget());
  CHECK(isMemoryShort());
  CHECK(isMemoryShort());
  CHECK(log.lines().size() == 1);
  CHECK(log.has(line, std::to_string(memoryHeld()) + " bytes are held"));
  shortage.end();
  CHECK_FALSE(isMemoryShort());
  shortage.begin();
  CHECK(isMemoryShort());
  CHECK(log.lines().size() == (memoryHeld() - 1000 <= memoryBudget() / 4 * 3 ? 2 : 1));
}

TEST_CASE("reading that stays paused for lack of memory is logged with the budget's name") {
  const CapturedLog log;
  const MemoryShortage shortage;
  Echoing echo(0);
  echo.wire.deliver("one");
  echo.wire.deliver("two");
  echo.wire.advance(10s);
  CHECK(log.has("reading has been paused for 5 s: 3 bytes wait", "setMemoryBudget()",
                std::to_string(memoryBudget())));
}

TEST_CASE("a budget of 0 is the default again") {
  const std::size_t before = memoryBudget();
  CHECK(before > 0);
  setMemoryBudget(1);
  CHECK(memoryBudget() == 1);
  setMemoryBudget(0);
  CHECK(memoryBudget() > 1024 * 1024);
  setMemoryBudget(before);
}

}  // namespace
}  // namespace ropewalk::test
