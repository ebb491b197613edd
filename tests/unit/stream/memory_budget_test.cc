// What is kept of unfinished lines counts in the memory budget.

#include "ropewalk/memory_budget.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/line_only_receiver.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/sim/string_transport.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "support/memory_shortage.h"

namespace ropewalk::test {
namespace {

// `Receiver` that counts what it is given.
template <typename Receiver>
struct Counting : Receiver {
  void lineReceived(std::string_view line) override { received += line.size(); }
  void connectionLost(const Failure& reason) override { why = reason; }
  std::size_t received = 0;
  Failure why;
};

TEST_CASE_TEMPLATE("an unfinished line is charged until it is delivered", Receiver, LineReceiver,
                   LineOnlyReceiver) {
  const std::size_t before = memoryHeld();
  {
    sim::StringTransport wire;
    Counting<Receiver> lines;
    lines.makeConnection(wire);
    wire.deliver("whole\r\n");
    CHECK(memoryHeld() == before);
    wire.deliver(std::string(1000, 'x'));
    CHECK(memoryHeld() - before >= 1000);
    CHECK(memoryHeld() - before <= 2100);
    wire.deliver("y\r\nand whole\r\n");
    CHECK(memoryHeld() == before);
    CHECK(lines.received == 5 + 1001 + 9);
    wire.deliver(std::string(1000, 'x'));
    CHECK(memoryHeld() > before);
  }
  CHECK(memoryHeld() == before);
}

TEST_CASE_TEMPLATE("a long unfinished line ends its connection while memory is short", Receiver,
                   LineReceiver, LineOnlyReceiver) {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  const MemoryShortage shortage;
  sim::StringTransport wire;
  Counting<Receiver> lines;
  lines.makeConnection(wire);
  wire.deliver("a line\r\n" + std::string(1024, 'x'));
  CHECK_FALSE(wire.isDisconnecting());
  wire.deliver("x");
  CHECK(wire.isAborted());
  CHECK(lines.why.template check<MemoryBudgetExceeded>());
  CHECK(lines.received == 6);
  CHECK(memoryHeld() == before + 1024 * 1024);
}

TEST_CASE("what a pause holds back is charged, and does not end the connection") {
  const QuietLog quiet;
  const std::size_t before = memoryHeld();
  const MemoryShortage shortage;
  sim::StringTransport wire;
  Counting<LineReceiver> lines;
  lines.makeConnection(wire);
  lines.pauseProducing();
  lines.dataReceived(std::string(5000, 'x') + "\r\n");
  CHECK(memoryHeld() - before >= 1024 * 1024 + 5000);
  CHECK_FALSE(wire.isDisconnecting());
  lines.resumeProducing();
  CHECK(lines.received == 5000);
  CHECK(memoryHeld() == before + 1024 * 1024);
}

struct Counter : StreamProtocol {
  Deferred<void> serve() override {
    while (auto line = co_await readLine()) {
      received += line->size();
      if (*line == "wait") co_await sleep(10s);
    }
  }
  void connectionLost(const Failure& reason) override { why = reason; }
  std::size_t received = 0;
  Failure why;
};

TEST_CASE("what a StreamProtocol has not read is charged") {
  const std::size_t before = memoryHeld();
  sim::StringTransport wire;
  Counter counter;
  counter.makeConnection(wire);
  wire.deliver(std::string(2000, 'x'));
  CHECK(memoryHeld() - before >= 2000);
  wire.deliver("\n");
  CHECK(counter.received == 2000);
  CHECK(memoryHeld() == before);
  wire.peerCloses();
}

TEST_CASE("a StreamProtocol that does not read is paused at the first byte while memory is short") {
  const QuietLog quiet;
  const MemoryShortage shortage;
  sim::StringTransport wire;
  Counter counter;
  counter.makeConnection(wire);
  wire.deliver("wait\nnow");
  CHECK_FALSE(wire.isReading());
  wire.deliver(" go\n");
  CHECK(counter.received == 4);
  wire.advance(10s);
  CHECK(counter.received == 10);
  CHECK(wire.isReading());
  wire.peerCloses();
}

TEST_CASE("a long read of a StreamProtocol ends its connection while memory is short") {
  const QuietLog quiet;
  const MemoryShortage shortage;
  sim::StringTransport wire;
  Counter counter;
  counter.makeConnection(wire);
  wire.deliver(std::string(1024, 'x'));
  CHECK_FALSE(wire.isDisconnecting());
  wire.deliver("x");
  CHECK(wire.isAborted());
  CHECK(counter.why.check<MemoryBudgetExceeded>());
}

}  // namespace
}  // namespace ropewalk::test
