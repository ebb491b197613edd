// Functions and pointers that are empty are refused where they are given, with the name of the
// function that was called.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/descriptor.h"
#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/reconnecting_client_factory.h"
#include "ropewalk/sim/capture.h"
#include "ropewalk/sim/clock.h"
#include "ropewalk/sim/connected_pair.h"
#include "ropewalk/sim/explore.h"
#include "ropewalk/sim/string_transport.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/task.h"
#include "ropewalk/unique_function.h"

using namespace ropewalk;

namespace {

const std::function<void()> kEmpty;

// What `call` is refused with.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "not refused";
}

std::string emptyIn(const std::string& function) {
  return function + ": the function to call is empty";
}

}  // namespace

TEST_CASE("an empty function to call later is refused at once") {
  sim::Clock clock;
  CHECK(refusal([&] { clock.callLater(1s, kEmpty); }) == emptyIn("callLater"));
  CHECK(refusal([&] { clock.callLater(1s, UniqueFunction<void()>()); }) == emptyIn("callLater"));
  CHECK(refusal([&] { clock.callLater(1s, static_cast<void (*)()>(nullptr)); }) ==
        emptyIn("callLater"));
  CHECK(refusal([&] { (void)deferLater(clock, 1s, kEmpty); }) == emptyIn("deferLater"));
  CHECK(clock.getDelayedCalls().empty());
  CHECK(refusal([&] { spawn(kEmpty); }) == emptyIn("spawn"));
  CHECK(refusal([&] { react(kEmpty); }) == emptyIn("react"));
}

TEST_CASE("an empty callback is refused, and the Deferred is as it was") {
  const std::function<int(int)> empty;
  const std::function<int(const Failure&)> emptyErrback;
  Deferred<int> deferred = succeed(1);
  CHECK(refusal([&] { std::move(deferred).addCallback(empty); }) == emptyIn("addCallback"));
  CHECK(refusal([&] { std::move(deferred).addErrback(emptyErrback); }) == emptyIn("addErrback"));
  CHECK(refusal([&] { std::move(deferred).addCallbacks(empty, emptyErrback); }) ==
        emptyIn("addCallbacks"));
  CHECK(refusal([&] { std::move(deferred).addBoth(kEmpty); }) == emptyIn("addBoth"));
  REQUIRE(deferred);
  CHECK(deferred.hasResult());
}

TEST_CASE("a reactor refuses an empty function and a descriptor that is null") {
  sim::World world(1);
  world.host("host").run([] {
    Reactor& here = reactor();
    CHECK(refusal([&] { here.callWhenRunning(kEmpty); }) == emptyIn("callWhenRunning"));
    CHECK(refusal([&] { here.callFromThread(kEmpty); }) == emptyIn("callFromThread"));
    CHECK(refusal([&] {
            here.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, kEmpty);
          }) == emptyIn("addSystemEventTrigger"));
    CHECK(refusal([&] { here.addReader(0, kEmpty); }) == emptyIn("addReader"));
    CHECK(refusal([&] { here.addWriter(0, kEmpty); }) == emptyIn("addWriter"));
    CHECK(refusal([&] { here.addReader(std::shared_ptr<Descriptor>()); }) ==
          "addReader: no descriptor");
    CHECK(refusal([&] { here.addWriter(std::shared_ptr<Descriptor>()); }) ==
          "addWriter: no descriptor");
  });
}

TEST_CASE("a protocol refuses an empty function") {
  sim::StringTransport transport;
  const auto protocol = std::make_shared<Protocol>();
  protocol->makeConnection(transport);
  CHECK(refusal([&] { protocol->callLater(1s, kEmpty); }) == emptyIn("callLater"));
  CHECK(refusal([&] { protocol->spawn(kEmpty); }) == emptyIn("spawn"));
  CHECK(refusal([&] { protocol->whileConnected(kEmpty); }) == emptyIn("whileConnected"));
}

TEST_CASE("factories that build with nothing are refused") {
  CHECK(refusal([] { ProtocolFactory<Protocol>({}); }) == emptyIn("ProtocolFactory"));
  CHECK(refusal([] { ReconnectingClientFactory(nullptr); }) ==
        "ReconnectingClientFactory: no factory");
  CHECK(refusal([] { sim::capturing(nullptr, "prefix"); }) == "capturing: no factory");
}

TEST_CASE("a simulation refuses what is empty") {
  {
    sim::World world(1);
    CHECK(refusal([&] { world.runUntil({}); }) == emptyIn("runUntil"));
  }
  CHECK(refusal([] { sim::explore({}); }) == emptyIn("explore"));
  const std::shared_ptr<Protocol> none;
  CHECK(refusal([&] { sim::connectedServerAndClient(none, none); }) ==
        "connectedServerAndClient: no protocol");
}
