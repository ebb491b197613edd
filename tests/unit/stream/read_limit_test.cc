// The time limits of a StreamProtocol's reads.

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

#include "ropewalk/error.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "unit/stream/stream_stage.h"

using namespace ropewalk;
using test::kClosedCleanly;
using test::StreamStage;
using test::Told;

namespace {

// Reads by each kind of read, at most 30 s each, and tells when it took longer.
Deferred<void> readsAllKinds(Told& told) {
  for (int i = 0; i < 4; ++i) {
    try {
      if (i == 0) told.tellRead(co_await told.readLine(30s));
      if (i == 1) told.tellRead(co_await told.readExactly(9, 30s));
      if (i == 2) told.tellRead(co_await told.readUntil("END", 100, 30s));
      if (i == 3) told.tellRead(co_await told.readSome(30s));
    } catch (const PeerTimeoutError& error) {
      told.tell(error.what());
    }
  }
}

// The client keeps its side open: the server's close waits for it.
constexpr Duration kLinger = 2s + 250ms;

Deferred<void> readsALineIn30Seconds(Told& told) {
  const auto line = co_await told.readLine(30s);
  told.tellRead(line);
}

}  // namespace

TEST_CASE("each kind of read raises PeerTimeoutError after its limit, and loses no input") {
  const std::string late = "the read timed out after 30 s, ";
  StreamStage stage(readsAllKinds);
  stage.send("unfinished");
  stage.world.advance(30s - 1ms);
  CHECK(stage.story.text() == "");
  stage.world.advance(251ms);
  // Nine bytes are there, and the tenth waits.
  CHECK(stage.story.text() == late + "<unfinishe>");
  stage.world.advance(31s + kLinger);
  // readSome() takes what readUntil() has left.
  CHECK(stage.story.text() == late + "<unfinishe>, " + late + "<d>, " + kClosedCleanly);
}

TEST_CASE("a read with a limit gets what comes in time") {
  StreamStage stage(readsALineIn30Seconds);
  stage.world.advance(29s);
  stage.send("in ti");
  stage.world.advance(900ms);
  stage.send("me\n");
  stage.world.advance(kLinger);
  CHECK(stage.story.text() == std::string("<in time>, ") + kClosedCleanly);
}

TEST_CASE("input that is no whole line does not extend the limit, which is not worth a log line") {
  const test::CapturedLog log;
  StreamStage stage(readsALineIn30Seconds);
  for (int i = 0; i < 31; ++i) {
    stage.send("x");
    stage.world.advance(1s);
  }
  stage.world.advance(kLinger);
  CHECK(stage.story.text() == "lost: the read timed out after 30 s");
  CHECK(log.text() == "");
}

TEST_CASE("a limit is that of one read alone") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readLine(1s));
    const auto second = co_await told.readLine();
    told.tellRead(second);
    told.tellRead(co_await told.readLine(5s));
  });
  stage.send("one\n");
  stage.world.advance(1h);
  CHECK(stage.story.text() == "<one>");
  stage.send("two\n");
  stage.world.advance(4s);
  CHECK(stage.story.text() == "<one>, <two>");
  stage.world.advance(1s + 250ms + kLinger);
  CHECK(stage.story.text() == "<one>, <two>, lost: the read timed out after 5 s");
}

TEST_CASE("a read with a limit ends with its connection, as any other") {
  StreamStage stage(readsALineIn30Seconds);
  SUBCASE("the peer finishes") {
    stage.finish();
    CHECK(stage.story.text() == std::string("end, ") + kClosedCleanly);
  }
  SUBCASE("the peer resets") {
    stage.abort();
    CHECK(stage.story.text().starts_with("end, lost: Connection to the other side was lost"));
  }
  stage.world.advance(1h);
}

TEST_CASE("a negative limit is refused, unless the input is there") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    try {
      const auto line = co_await told.readLine(-1s);
      told.tellRead(line);
    } catch (const NegativeDelay&) {
      told.tell("refused");
    }
  });
  stage.world.advance(kLinger);
  CHECK(stage.story.text() == std::string("refused, ") + kClosedCleanly);
}
