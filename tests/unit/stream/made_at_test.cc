// A failure that nobody handles is logged with the line of the program that asked for the result.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/file_sender.h"
#include "ropewalk/gather_results.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/clock.h"
#include "ropewalk/sim/string_transport.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"

using namespace ropewalk;
using test::CapturedLog;

namespace {

// The place of the line after the one that this stands on.
std::string nextLine(unsigned line = __builtin_LINE()) {
  return "made_at_test.cc:" + std::to_string(line + 1) + ":";
}

// A protocol of a connection that is open.
struct Connected {
  Connected() { protocol->makeConnection(transport); }

  sim::StringTransport transport;
  std::shared_ptr<Protocol> protocol = std::make_shared<Protocol>();
};

void breaks() { throw std::runtime_error("broken"); }

Deferred<void> waitsFor(Deferred<void> awaited) { co_await std::move(awaited); }

}  // namespace

TEST_CASE("sleep() and deferLater() are made where they are called [DF14]") {
  const CapturedLog log(LogLevel::Debug);
  sim::Clock clock;
  std::string place = nextLine();
  sleep(1s, clock).cancel();
  CHECK(log.has(place, "cancelled"));
  place = nextLine();
  (void)deferLater(clock, 1s, breaks);
  clock.advance(1s);
  CHECK(log.has(place, "broken"));
}

TEST_CASE("maybeDeferred() and gatherResults() are made where they are called [DF14]") {
  const CapturedLog log;
  std::string place = nextLine();
  { const auto maybe = maybeDeferred(breaks); }
  CHECK(log.has(place, "broken"));
  std::vector<Deferred<int>> parts;
  parts.push_back(fail<int>(Failure::of(std::runtime_error("part"))));
  place = nextLine();
  { const auto all = gatherResults(std::move(parts)); }
  CHECK(log.has(place, "result 0: part"));
}

TEST_CASE("resolve() is made where it is called [DF14]") {
  const CapturedLog log;
  sim::World world(1);
  std::string place;
  world.host("host").run([&] {
    place = nextLine();
    { const auto found = reactor().resolve("no such name"); }
  });
  world.runUntilIdle();
  CHECK(log.has(place, "no such name"));
}

TEST_CASE("beginFileTransfer() is made where it is called [DF14]") {
  const CapturedLog log;
  Connected connected;
  auto sender = std::make_shared<FileSender>();
  const std::string place = nextLine();
  { const auto sent = sender->beginFileTransfer(FileDescriptor(), connected.protocol->transport); }
  connected.transport.settle();
  sender.reset();
  CHECK(log.has(place, "read: "));
}

TEST_CASE("Protocol::spawn() is made where it is called [DF14]") {
  const CapturedLog log;
  Connected connected;
  const std::string place = nextLine();
  connected.protocol->spawn(breaks);
  CHECK(log.has("unhandled failure", place, "broken"));
}

TEST_CASE("Protocol::spawn() logs a dropped Promise, for it ends the connection [DF14]") {
  const CapturedLog log;
  Connected connected;
  auto promise = std::make_unique<Promise<void>>();
  const std::string place = nextLine();
  connected.protocol->spawn([&promise] { return waitsFor(promise->deferred()); });
  promise.reset();
  connected.transport.settle();
  CHECK(connected.transport.isDisconnecting());
  CHECK(log.lines().size() == 1);
  CHECK(log.has("the connection ends", place, "PromiseDropped: the Promise was dropped"));
}

TEST_CASE("Protocol::spawn() logs a cancelled await, for it ends the connection [DF14]") {
  const CapturedLog log;
  Connected connected;
  const std::string place = nextLine();
  connected.protocol->spawn([] { return fail<void>(Failure::cancelled()); });
  connected.transport.settle();
  CHECK(connected.transport.isDisconnecting());
  CHECK(log.has("the connection ends", place, "CancelledError: cancelled"));
}

TEST_CASE("Protocol::spawn() does not log what the end of the connection cancels [DF14]") {
  const CapturedLog log;
  Connected connected;
  Promise<void> promise;
  connected.protocol->spawn([&promise] { return waitsFor(promise.deferred()); });
  connected.protocol->transport->loseConnection();
  connected.transport.peerCloses();
  connected.transport.settle();
  CHECK(promise.hasFired());
  Connected broken;
  Promise<void> other;
  broken.protocol->spawn([&other] { return waitsFor(other.deferred()); });
  broken.transport.peerResets();
  broken.transport.settle();
  CHECK(other.hasFired());
  CHECK(log.lines().empty());
}
