#pragma once

// Pausing, and producers: rules PC1 to PC11.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/conversation.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

inline constexpr std::size_t kHighWater = 64 * 1024;
inline constexpr std::size_t kLowWater = 16 * 1024;

inline Script pausedFromTheStart() {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  return script;
}

// Writes `size` bytes in pieces small enough to be corked.
inline void writeSmall(Transport& transport, std::size_t size) {
  for (std::size_t written = 0; written < size;) {
    const std::size_t piece = std::min<std::size_t>(size - written, 8192);
    transport.write(std::string_view(pattern(written, piece)));
    written += piece;
  }
}

TEST_CASE("pauseProducing in connectionMade holds everything back, nothing is lost [PC1]") {
  Conversation<Wire> talk(pausedFromTheStart());
  talk.begin();
  for (std::size_t i = 0; i < Wire::kPieces; ++i) {
    talk.client().transport->write(pattern(i * Wire::kPieceSize, Wire::kPieceSize));
  }
  talk.wire.settle();
  CHECK(talk.server().received.empty());
  // It waits in the kernel and on the other side, not here.
  CHECK(talk.client().transport->unsentBytes() > 0);

  talk.server().transport->resumeProducing();
  // Delivered from the loop, not from inside the call.
  CHECK(talk.server().received.empty());
  talk.wire.until([&] { return talk.server().received.size() == Wire::kTooMuch; });
  CHECK(isPattern(talk.server().received, Wire::kTooMuch));
}

TEST_CASE("pauseProducing in dataReceived stops delivery after that piece [PC1]") {
  int pieces = 0;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    ++pieces;
    self.transport->pauseProducing();
  };
  Conversation<Wire> talk(serving);
  talk.begin();
  constexpr std::size_t kSize = 1'000'000;
  talk.client().transport->write(pattern(0, kSize));
  int resumed = 0;
  while (talk.server().received.size() < kSize) {
    talk.wire.until([&] { return pieces == resumed + 1; });
    talk.wire.settle();
    CHECK(pieces == resumed + 1);
    talk.server().transport->resumeProducing();
    ++resumed;
  }
  CHECK(isPattern(talk.server().received, kSize));
}

TEST_CASE("pausing and resuming many times over loses and doubles nothing [PC1]") {
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->pauseProducing();
    self.transport->resumeProducing();
    self.transport->pauseProducing();
    self.transport->pauseProducing();
    self.transport->resumeProducing();
  };
  Script asking;
  asking.made = [](Scripted& self) {
    self.transport->write(pattern(0, 3'000'000));
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(serving, asking);
  talk.begin().end();
  CHECK(isPattern(talk.server().received, 3'000'000));
}

TEST_CASE("an orderly end is noticed after a pause, behind the data that waits [PC2]") {
  Conversation<Wire> talk(pausedFromTheStart());
  talk.begin().client().transport->write("last words");
  talk.client().transport->loseConnection();
  talk.wire.settle();
  CHECK(!talk.server().isLost);
  CHECK(!talk.server().isReadLost);
  CHECK(talk.server().received.empty());
  talk.server().transport->resumeProducing();
  talk.end();
  CHECK(talk.server().received == "last words");
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("a reset is noticed while paused [PC2]") {
  Conversation<Wire> talk(pausedFromTheStart());
  talk.begin().client().transport->abortConnection();
  if (!Wire::tellsResetWhilePaused()) {
    talk.wire.settle();
    talk.server().transport->resumeProducing();
  }
  talk.end();
  CHECK(talk.server().reason.check<ConnectionLost>());
}

TEST_CASE("resumeProducing while disconnecting delivers nothing [PC3]") {
  Conversation<Wire> talk(pausedFromTheStart());
  talk.begin().client().transport->write("never heard");
  talk.wire.settle();
  SUBCASE("after loseConnection") { talk.server().transport->loseConnection(); }
  SUBCASE("after loseConnection with a queue") {
    talk.client().transport->pauseProducing();
    talk.wire.settle();
    talk.server().transport->write(pattern(0, Wire::kTooMuch));
    talk.server().transport->loseConnection();
  }
  SUBCASE("after abortConnection") { talk.server().transport->abortConnection(); }
  talk.server().transport->resumeProducing();
  talk.wire.settle();
  talk.server().transport->resumeProducing();
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.server().received.empty());
}

TEST_CASE("resumeProducing after the end does nothing [PC3]") {
  Script serving;
  serving.lost = [](Scripted& self, const Failure&) {
    self.transport->resumeProducing();
    self.transport->pauseProducing();
    self.transport->resumeProducing();
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->loseConnection();
  talk.end();
  talk.server().transport->resumeProducing();
  talk.client().transport->resumeProducing();
  talk.wire.settle();
  CHECK(talk.story.count("server lost") == 1);
}

// Has a name of its own, to be found in an error.
class FirstComer : public Feeder {};

TEST_CASE("a second producer is refused, and the error names the first [PC4]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto first = std::make_shared<FirstComer>();
  const auto second = std::make_shared<Feeder>();
  transport.registerProducer(first, Streaming::Push);
  std::string text;
  try {
    transport.registerProducer(second, Streaming::Pull);
  } catch (const ProducerAlreadyRegistered& error) {
    text = error.what();
  }
  CHECK(text.find("FirstComer") != std::string::npos);
  CHECK(second.use_count() == 1);
  // The first is still there, and the second gets its place when it has gone.
  talk.wire.settle();
  CHECK(second->resumes == 0);
  transport.unregisterProducer();
  CHECK(first.use_count() == 1);
  transport.registerProducer(second, Streaming::Push);
  transport.unregisterProducer();
}

TEST_CASE("a null producer is refused, whether the transport lives or not") {
  Conversation<Wire> talk;
  talk.begin();
  TransportRef never;
  for (Transport* const each : {&*talk.server().transport, &*never}) {
    CHECK_THROWS_WITH_AS(each->registerProducer(nullptr, Streaming::Push),
                         "registerProducer: no producer", std::invalid_argument);
  }
  talk.client().transport->loseConnection();
  talk.end();
  CHECK_THROWS_AS(talk.server().transport->registerProducer(nullptr, Streaming::Pull),
                  std::invalid_argument);
}

TEST_CASE("a producer registered on a dead transport is stopped at once and not kept [PC5]") {
  const auto inTheEnd = std::make_shared<Feeder>();
  Script serving;
  serving.lost = [&](Scripted& self, const Failure&) {
    self.transport->registerProducer(inTheEnd, Streaming::Pull);
    CHECK(inTheEnd->stops == 1);
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->loseConnection();
  talk.end();
  const auto after = std::make_shared<Feeder>();
  for (const Streaming streaming : {Streaming::Pull, Streaming::Push}) {
    talk.server().transport->registerProducer(after, streaming);
  }
  CHECK(after->stops == 2);
  talk.wire.settle();
  CHECK(inTheEnd->stops == 1);
  CHECK(inTheEnd->resumes == 0);
  CHECK(inTheEnd.use_count() == 1);
  CHECK(after->resumes == 0);
  CHECK(after.use_count() == 1);
}

TEST_CASE("unregisterProducer without a producer is harmless [PC6]") {
  Script serving;
  serving.lost = [](Scripted& self, const Failure&) { self.transport->unregisterProducer(); };
  Conversation<Wire> talk(serving);
  talk.begin();
  const auto feeder = std::make_shared<Feeder>();
  talk.server().transport->unregisterProducer();
  talk.server().transport->registerProducer(feeder, Streaming::Push);
  talk.server().transport->unregisterProducer();
  talk.server().transport->unregisterProducer();
  talk.client().transport->write("still here");
  talk.wire.until([&] { return talk.server().received == "still here"; });
  talk.client().transport->loseConnection();
  talk.end();
  talk.server().transport->unregisterProducer();
  CHECK(feeder->stops == 0);
}

TEST_CASE("a push producer is paused by the byte that exceeds the high-water mark [PC7]") {
  const auto feeder = std::make_shared<Feeder>();
  bool isPausedInTime = false;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->registerProducer(feeder, Streaming::Push);
    writeSmall(*self.transport, kHighWater);
    CHECK(self.transport->unsentBytes() == kHighWater);
    CHECK(feeder->pauses == 0);
    self.transport->write("x");
    isPausedInTime = feeder->pauses == 1;
  };
  Conversation<Wire> talk(serving);
  talk.begin().client().transport->write("?");
  talk.wire.until([&] { return feeder->resumes == 1; });
  CHECK(isPausedInTime);
  CHECK(feeder->pauses == 1);
  talk.server().transport->unregisterProducer();
}

TEST_CASE("a push producer is paused at the same mark when the kernel takes nothing more [PC7]") {
  Conversation<Wire> talk({}, pausedFromTheStart());
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  // Fill the kernel, until a whole piece stays here turn after turn.
  constexpr std::size_t kPiece = 16'000;
  std::size_t before = 0;
  do {
    before = transport.unsentBytes();
    writeSmall(transport, kPiece);
    talk.wire.settle();
  } while (transport.unsentBytes() < before + kPiece);
  REQUIRE(transport.unsentBytes() < kHighWater);

  transport.registerProducer(feeder, Streaming::Push);
  writeSmall(transport, kHighWater - transport.unsentBytes());
  CHECK(feeder->pauses == 0);
  transport.write("x");
  CHECK(feeder->pauses == 1);
  transport.unregisterProducer();
}

TEST_CASE("a push producer is resumed by the loop at the low-water mark [PC7]") {
  Conversation<Wire> talk({}, pausedFromTheStart());
  talk.begin();
  Transport& transport = *talk.server().transport;
  std::size_t unsentWhenResumed = Wire::kTooMuch;
  const auto feeder =
      std::make_shared<Feeder>([&](Feeder&) { unsentWhenResumed = transport.unsentBytes(); });
  transport.registerProducer(feeder, Streaming::Push);
  transport.write(pattern(0, Wire::kTooMuch));
  CHECK(feeder->pauses == 1);
  talk.wire.settle();
  CHECK(feeder->resumes == 0);
  talk.client().transport->resumeProducing();
  talk.wire.until([&] { return feeder->resumes == 1; });
  CHECK(unsentWhenResumed <= kLowWater);
  CHECK(feeder->deepest == 1);
  talk.wire.until([&] { return talk.client().received.size() == Wire::kTooMuch; });
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
  CHECK(feeder->resumes == 1);
  transport.unregisterProducer();
}

TEST_CASE("a push producer is paused once for each time the mark is crossed [PC8]") {
  const auto feeder = std::make_shared<Feeder>();
  Script serving;
  serving.data = [&](Scripted& self, std::string_view) {
    writeSmall(*self.transport, kHighWater + 1);
    const int pauses = feeder->pauses;
    for (int i = 0; i < 10; ++i) self.transport->write("and more");
    CHECK(feeder->pauses == pauses);
  };
  Conversation<Wire> talk(serving);
  talk.begin().server().transport->registerProducer(feeder, Streaming::Push);
  for (int crossing = 1; crossing <= 3; ++crossing) {
    talk.client().transport->write("?");
    talk.wire.until([&] { return feeder->resumes == crossing; });
    CHECK(feeder->pauses == crossing);
  }
  talk.server().transport->unregisterProducer();
}

TEST_CASE("a pull producer is asked once for each piece, by the loop, and never paused [PC9]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  bool wasEverBusy = false;
  const auto feeder = std::make_shared<Feeder>([&](Feeder& self) {
    wasEverBusy = wasEverBusy || transport.unsentBytes() != 0;
    const auto piece = static_cast<std::size_t>(self.resumes - 1);
    if (piece == Wire::kPieces) {
      transport.unregisterProducer();
      transport.loseConnection();
    } else {
      transport.write(pattern(piece * Wire::kPieceSize, Wire::kPieceSize));
    }
  });
  transport.registerProducer(feeder, Streaming::Pull);
  CHECK(feeder->resumes == 0);
  talk.end();
  CHECK(feeder->resumes == static_cast<int>(Wire::kPieces) + 1);
  CHECK(feeder->pauses == 0);
  CHECK(feeder->deepest == 1);
  CHECK(!wasEverBusy);
  CHECK(isPattern(talk.client().received, Wire::kTooMuch));
}

TEST_CASE(
    "a pull producer that writes nothing is not asked again until something has been sent [PC9]") {
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  const auto feeder = std::make_shared<Feeder>();
  transport.registerProducer(feeder, Streaming::Pull);
  talk.wire.until([&] { return feeder->resumes == 1; });
  talk.wire.settle();
  CHECK(feeder->resumes == 1);
  transport.write("at last");
  talk.wire.until([&] { return feeder->resumes == 2; });
  talk.wire.settle();
  CHECK(feeder->resumes == 2);
  transport.unregisterProducer();
  transport.write("without it");
  talk.wire.settle();
  CHECK(feeder->resumes == 2);
}

TEST_CASE("a producer is stopped once when the connection ends, and let go [PC10]") {
  const auto feeder = std::make_shared<Feeder>();
  Conversation<Wire> talk({}, pausedFromTheStart());
  talk.begin().server().transport->registerProducer(feeder, Streaming::Push);
  SUBCASE("by the peer") {
    talk.client().transport->resumeProducing();
    talk.client().transport->loseConnection();
  }
  SUBCASE("by a reset") { talk.client().transport->abortConnection(); }
  SUBCASE("by our own abort") { talk.server().transport->abortConnection(); }
  SUBCASE("by a reset while it is paused") {
    talk.server().transport->write(pattern(0, Wire::kTooMuch));
    CHECK(feeder->pauses == 1);
    talk.client().transport->abortConnection();
  }
  // A producer holds a closing connection open (CL6), so one that waits for ever is stopped by
  // hand.
  talk.wire.settle();
  if (!talk.server().isLost) talk.server().transport->abortConnection();
  talk.client().transport->resumeProducing();
  talk.end();
  talk.wire.settle();
  CHECK(feeder->stops == 1);
  CHECK(feeder->resumes == 0);
  CHECK(feeder.use_count() == 1);
}

TEST_CASE("a push producer that writes as soon as it may does not recurse [PC11]") {
  constexpr int kRounds = 500;
  Conversation<Wire> talk;
  talk.begin();
  Transport& transport = *talk.server().transport;
  std::size_t written = 0;
  const auto feeder = std::make_shared<Feeder>();
  feeder->onResume = [&](Feeder& self) {
    if (self.resumes == kRounds) {
      transport.unregisterProducer();
      transport.loseConnection();
      return;
    }
    // Over the mark, so that it is paused inside and must be resumed again.
    writeSmall(transport, kHighWater + 1);
    written += kHighWater + 1;
  };
  transport.registerProducer(feeder, Streaming::Push);
  feeder->onResume(*feeder);
  talk.end();
  CHECK(feeder->resumes == kRounds);
  CHECK(feeder->deepest == 1);
  CHECK(talk.client().received.size() == written);
}

TEST_CASE("while much of its own output waits nothing is read from a connection") {
  Script serving;
  serving.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  Conversation<Wire> talk(serving, pausedFromTheStart());
  talk.begin();
  SUBCASE("unless it is asked for") {
    talk.server().transport->setReadWhileBlocked(true);
    talk.client().transport->write(pattern(0, Wire::kTooMuch));
    talk.wire.until([&] { return talk.server().received.size() == Wire::kTooMuch; });
  }
  SUBCASE("so the echo of any amount is bounded") {
    // Whoever sends without end must read meanwhile.
    talk.client().transport->setReadWhileBlocked(true);
    talk.client().transport->write(pattern(0, 3 * Wire::kTooMuch));
    talk.wire.settle();
    // One piece more than the mark at most: four reads of 64 KiB.
    CHECK(talk.server().transport->unsentBytes() <= kHighWater + 4 * 65536);
    talk.client().transport->resumeProducing();
    talk.wire.until([&] { return talk.client().received.size() == 3 * Wire::kTooMuch; });
    CHECK(isPattern(talk.client().received, 3 * Wire::kTooMuch));
  }
}

}  // namespace
}  // namespace ropewalk::test
