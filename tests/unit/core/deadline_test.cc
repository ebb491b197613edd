// How long a connection may take over its end, to the second, in simulated time.

#include <doctest/doctest.h>

#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/pattern.h"
#include "support/simulated_wire.h"

namespace ropewalk::test {
namespace {

// A client that neither reads nor finishes.
Script silent() {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  return script;
}

// True if the server is not lost before `time` from now, and is soon after. (One sweep looks every
// 250 ms.)
bool isLostAfter(Conversation<SimulatedWire>& talk, Duration time) {
  sim::World& world = talk.wire.world();
  world.advance(time - 1ms);
  if (talk.server().isLost) return false;
  world.advance(600ms);
  return talk.server().isLost;
}

TEST_CASE("the flush of a close may take 10 seconds, then it is an abort [CL1]") {
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->write(pattern(0, SimulatedWire::kTooMuch));
  talk.wire.settle();
  talk.server().transport->loseConnection();
  CHECK(isLostAfter(talk, 10s));
  CHECK(talk.server().reason.check<ConnectionLost>());
}

TEST_CASE("a close waits 2 seconds for the peer to finish, and is clean all the same [CL1]") {
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->loseConnection();
  CHECK(isLostAfter(talk, 2s));
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("a peer that takes nothing for 30 seconds is given up") {
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->write(pattern(0, SimulatedWire::kTooMuch));
  talk.wire.settle();
  CHECK(isLostAfter(talk, 30s));
  CHECK(talk.server().reason.check<ConnectionLost>());
}

TEST_CASE("a cut waits for the peer to acknowledge what was sent, but not for ever") {
  // More than the peer's kernel takes, less than the two kernels take together.
  constexpr std::size_t kSize = 200'000;
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->write(pattern(0, kSize));
  talk.server().transport->cutShort({});
  talk.wire.world().advance(5s);
  CHECK(!talk.server().isLost);
  SUBCASE("the peer reads") {
    talk.client().transport->resumeProducing();
    talk.wire.world().advance(1s);
    CHECK(isPattern(talk.client().received, kSize));
  }
  SUBCASE("the peer reads nothing for the time that a close may take") {
    talk.wire.world().advance(6s);
    CHECK(talk.server().isLost);
    talk.client().transport->resumeProducing();
    talk.wire.world().advance(1s);
    CHECK(talk.client().received.size() < kSize);
  }
  CHECK(talk.client().reason.check<ConnectionLost>());
  CHECK(talk.server().reason.check<ConnectionAborted>());
}

TEST_CASE("what nobody waits for has no deadline, though its time is changed") {
  Conversation<SimulatedWire> talk({}, silent());
  ConnectionLimits limits;
  limits.writeStall = 1s;
  talk.begin().server().transport->setLimits(limits);
  talk.wire.world().advance(1h);
  CHECK(!talk.server().isLost);
}

TEST_CASE("a peer that takes a little every 20 seconds is not given up") {
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->write(pattern(0, SimulatedWire::kTooMuch));
  for (int i = 0; i < 6; ++i) {
    talk.wire.world().advance(20s);
    REQUIRE(!talk.server().isLost);
    const std::size_t before = talk.client().received.size();
    talk.client().transport->resumeProducing();
    talk.wire.until([&] { return talk.client().received.size() > before; });
    talk.client().transport->pauseProducing();
  }
}

TEST_CASE("a deadline counts from the last byte that the peer's kernel has taken") {
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin();
  // What the server's kernel has taken over goes on arriving for about a second.
  talk.wire.world().setBandwidth("server", "client", 200'000);
  ConnectionLimits limits;
  limits.writeStall = limits.closeDeadline = 5s;
  talk.server().transport->setLimits(limits);
  talk.server().transport->write(pattern(0, SimulatedWire::kTooMuch));
  SUBCASE("of a stalled peer") {}
  SUBCASE("of a close") { talk.server().transport->loseConnection(); }
  talk.wire.world().advance(5s);
  CHECK(!talk.server().isLost);
  talk.wire.world().advance(1500ms + 500ms);
  CHECK(talk.server().reason.check<ConnectionLost>());
}

TEST_CASE("reading that stays paused for 5 s while bytes wait to be read is logged, once") {
  const CapturedLog log;
  Conversation<SimulatedWire> talk({}, silent());
  talk.begin().server().transport->write(pattern(0, SimulatedWire::kTooMuch));
  SUBCASE("bytes wait") {
    talk.client().transport->write("unread");
    talk.wire.world().advance(5s);
    CHECK(!log.has("writeHighWater"));
    talk.wire.world().advance(500ms);
    CHECK(log.has("reading has been paused for 5 s", "server", "writeHighWater (65536)"));
    talk.wire.world().advance(20s);
    CHECK(log.lines().size() == 1);
  }
  SUBCASE("nothing waits to be read") {
    talk.wire.world().advance(20s);
    CHECK(log.text().empty());
  }
  SUBCASE("the server goes on reading") {
    talk.server().transport->setReadWhileBlocked(true);
    talk.client().transport->write("read");
    talk.wire.world().advance(20s);
    CHECK(log.text().empty());
  }
}

TEST_CASE("a peer that reads slowly but all the time gets everything, also after a close [CL1]") {
  Conversation<SimulatedWire> talk;
  talk.begin();
  // So slow that a third of the kernel's buffer takes longer than either deadline.
  talk.wire.world().setBandwidth("server", "client", 2048);
  talk.server().transport->write(pattern(0, 300'000));
  SUBCASE("closed") { talk.server().transport->loseConnection(); }
  SUBCASE("closed meanwhile") {
    talk.wire.world().advance(20s);
    talk.server().transport->loseConnection();
  }
  SUBCASE("not closed") {}
  talk.wire.world().advance(160s);
  CHECK(isPattern(talk.client().received, 300'000));
  if (talk.client().isLost) {
    CHECK(talk.client().reason.check<ConnectionDone>());
    CHECK(talk.server().reason.check<ConnectionDone>());
  }
}

TEST_CASE("a deadline without an end is none") {
  SUBCASE("of a stalled peer") {
    ConnectionLimits limits;
    limits.writeStall = limits.closeDeadline = Duration::max();
    Conversation<SimulatedWire> talk({}, silent());
    talk.begin().server().transport->setLimits(limits);
    talk.server().transport->write(pattern(0, SimulatedWire::kTooMuch));
    talk.wire.world().advance(24h * 365);
    CHECK(!talk.server().isLost);
    talk.server().transport->loseConnection();
    talk.wire.world().advance(24h * 365);
    CHECK(!talk.server().isLost);
  }
  SUBCASE("of a connect") {
    Story story;
    SimulatedWire wire;
    const auto port = wire.listen(scripted(story, "server"));
    wire.world().partition("client", "server");
    const auto connector =
        wire.connect(*port, scripted(story, "client"), ConnectOptions(Duration::max()));
    wire.world().advance(1h);
    CHECK(connector->state() == Connector::State::Connecting);
    connector->stopConnecting();
  }
  SUBCASE("of a drain") {
    Conversation<SimulatedWire> talk;
    talk.begin().server().transport->write(pattern(0, SimulatedWire::kTooMuch));
    talk.wire.serverReactor().callLater(0s,
                                        [&] { talk.wire.serverReactor().drain(Duration::max()); });
    talk.wire.world().advance(1s);
    CHECK(talk.client().received.size() == SimulatedWire::kTooMuch);
  }
}

TEST_CASE(
    "a connect that was stopped and begun again while the factory is told begins once [PT19]") {
  Story story;
  SimulatedWire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const auto factory = scripted(story, "client");
  factory->onConnecting = [&](Connector& connector) {
    if (story.count("client connecting") == 1) connector.stopConnecting();
  };
  factory->onFailed = [](Connector& connector, const Failure&) { connector.connect(); };
  const auto connector = wire.connect(*port, factory);
  wire.until([&] { return story.has("client made"); });
  wire.world().advance(1h);
  CHECK(story.count("client made") == 1);
  CHECK(story.count("client connect failed") == 1);
  // Nor was another one begun and given up.
  CHECK(wire.world().story().find("reset") == std::string::npos);
  CHECK(connector->state() == Connector::State::Connected);
}

TEST_CASE("a connection that has nothing to say stays for ever") {
  Conversation<SimulatedWire> talk;
  talk.begin();
  talk.wire.world().advance(24h * 30);
  CHECK(!talk.server().isLost);
  CHECK(!talk.client().isLost);
}

TEST_CASE("a connect that gets no answer fails with TimeoutError after 10 seconds [PT21]") {
  Story story;
  SimulatedWire wire;
  const auto port = wire.listen(scripted(story, "server"));
  wire.world().partition("client", "server");
  const auto factory = scripted(story, "client");
  ConnectOptions options;
  Duration time = 10s;
  SUBCASE("by default") {}
  SUBCASE("or after the time asked for") { options.timeout = time = 3s; }
  wire.connect(*port, factory, options);
  wire.world().advance(time - 1ms);
  CHECK(!story.has("client connect failed"));
  wire.world().advance(2ms);
  CHECK(story.text() ==
        "server start, client start, client connecting, client connect failed, client stop");
  CHECK(factory->reason.check<TimeoutError>());
  // The answer that comes later wakes nobody.
  wire.world().heal("client", "server");
  wire.settle();
  CHECK(!story.has("client build"));
}

}  // namespace
}  // namespace ropewalk::test
