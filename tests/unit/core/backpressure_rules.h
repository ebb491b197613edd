// Which end stops reading while much of its own output waits. Included by the tests of each wire.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/producer.h"
#include "ropewalk/reactor.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

constexpr std::size_t kMostHeld = 1024 * 1024;  // bytes of output that a bounded server may hold

Script echo() {
  Script script;
  script.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  return script;
}

// Writes down that it was paused and resumed.
struct Valve final : Producer {
  void pauseProducing() override { isPaused = true; }
  void resumeProducing() override { isPaused = false; }
  void stopProducing() override {}
  bool isPaused = false;
};

TEST_CASE("a client that writes much at once gets it all back from an echo server") {
  constexpr std::size_t kSize = 5'000'000;
  Script writing;
  writing.made = [](Scripted& self) { self.transport->write(pattern(0, kSize)); };
  Conversation<Wire> talk(echo(), writing);
  talk.begin();
  talk.wire.until([&] { return talk.client().received.size() == kSize; });
  CHECK(isPattern(talk.client().received, kSize));
}

TEST_CASE("an echo server holds less than 1 MiB for a client that never reads") {
  Script flooding = deaf();
  Conversation<Wire> talk(echo(), flooding);
  talk.begin();
  for (int i = 0; i < 5; ++i) talk.client().transport->write(pattern(0, Wire::kTooMuch));
  talk.wire.settle();
  CHECK(talk.client().transport->unsentBytes() > 0);
  CHECK(talk.server().transport->unsentBytes() < kMostHeld);
}

TEST_CASE("answers that come later are bounded as those that come at once are") {
  constexpr int kLines = 500;
  constexpr std::size_t kLine = 16;
  constexpr std::size_t kAnswer = 64 * 1024;
  Script serving;
  serving.data = [](Scripted& self, std::string_view data) {
    const std::size_t answers = data.size() / kLine * kAnswer;
    self.callLater(5ms, [&self, answers] { self.transport->write(pattern(0, answers)); });
  };
  Conversation<Wire> talk(serving, deaf());
  talk.begin();
  int lines = 0;
  const std::function<void()> sendLine = [&] {
    talk.client().transport->write(pattern(0, kLine));
    if (++lines < kLines) talk.client().callLater(1ms, sendLine);
  };
  sendLine();
  std::size_t most = 0;
  talk.wire.until([&] {
    most = std::max(most, talk.server().transport->unsentBytes());
    return lines == kLines && talk.server().transport->isBlocked();
  });
  CHECK(most < kMostHeld);
  CHECK(talk.server().received.size() < kLines * kLine);
}

TEST_CASE("a server with a producer goes on reading, because the producer is paused instead") {
  const auto valve = std::make_shared<Valve>();
  Conversation<Wire> talk({}, deaf());
  talk.begin().server().transport->registerProducer(valve, Streaming::Push);
  talk.server().transport->write(pattern(0, Wire::kTooMuch));
  CHECK(valve->isPaused);
  talk.client().transport->write("still read");
  talk.wire.until([&] { return talk.server().received == "still read"; });

  SUBCASE("and stops when it unregisters while much waits") {
    talk.server().transport->unregisterProducer();
    talk.client().transport->write("not read");
    talk.wire.settle();
    CHECK(talk.server().received == "still read");
    SUBCASE("until one is registered again") {
      talk.server().transport->registerProducer(valve, Streaming::Push);
    }
    SUBCASE("until the client reads") { talk.client().transport->resumeProducing(); }
    talk.wire.until([&] { return talk.server().received == "still readnot read"; });
  }
}

TEST_CASE("to wait for room is not to register a producer: a server that waits stops reading") {
  struct Waiting final : RoomWaiter {
    ~Waiting() { stopAwaitingRoom(); }
    void roomAvailable() override { hasRoom = true; }
    void roomLost() noexcept override {}
    bool hasRoom = false;
  };
  Waiting waiting;
  Conversation<Wire> talk({}, deaf());
  talk.begin().server().transport->write(pattern(0, Wire::kTooMuch));
  CHECK(talk.server().transport->awaitRoom(waiting, 0));
  talk.client().transport->write("not read");
  talk.wire.settle();
  CHECK(talk.server().received.empty());
  CHECK(!waiting.hasRoom);
  talk.client().transport->resumeProducing();
  talk.wire.until([&] { return waiting.hasRoom && talk.server().received == "not read"; });
}

TEST_CASE("setReadWhileBlocked overrides what holds for the end that is asked, both ways") {
  Conversation<Wire> talk({}, deaf());
  talk.begin();
  SUBCASE("a server goes on reading") {
    talk.server().transport->setReadWhileBlocked(true);
    talk.server().transport->write(pattern(0, Wire::kTooMuch));
    talk.client().transport->write("read");
    talk.wire.until([&] { return talk.server().received == "read"; });
  }
  SUBCASE("a client stops reading, a producer or not") {
    talk.client().transport->resumeProducing();
    talk.server().transport->pauseProducing();
    talk.client().transport->setReadWhileBlocked(false);
    SUBCASE("with a producer") {
      talk.client().transport->registerProducer(std::make_shared<Valve>(), Streaming::Push);
    }
    SUBCASE("without one") {}
    talk.client().transport->write(pattern(0, Wire::kTooMuch));
    talk.server().transport->write("not read");
    talk.wire.settle();
    CHECK(talk.client().received.empty());
    talk.server().transport->resumeProducing();
    talk.wire.until([&] { return talk.client().received == "not read"; });
  }
}

}  // namespace
}  // namespace ropewalk::test
