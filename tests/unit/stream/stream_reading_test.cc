#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "ropewalk/deferred.h"
#include "ropewalk/promise.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"
#include "support/captured_log.h"
#include "support/slowdown.h"
#include "support/split.h"
#include "unit/stream/stream_stage.h"

using namespace ropewalk;
using test::kClosedCleanly;
using test::StreamStage;
using test::Told;

namespace {

// Reads lines until there are no more.
Deferred<void> readsLines(Told& told) {
  for (;;) {
    const auto line = co_await told.readLine();
    told.tellRead(line);
    if (!line) break;
  }
}

Deferred<void> readsOneLine(Told& told) {
  const auto line = co_await told.readLine();
  told.tell(std::to_string(line->size()));
}

Deferred<void> readsAllKinds(Told& told) {
  told.tellRead(co_await told.readExactly(0));
  told.tellRead(co_await told.readExactly(4));
  told.tellRead(co_await told.readUntil("END"));
  told.tellRead(co_await told.readUntil("ababc"));
  told.tellRead(co_await told.readLine());
  told.tellRead(co_await told.readExactly(9));
  told.tellRead(co_await told.readSome());
  told.tellRead(co_await told.readUntil("x"));
}

}  // namespace

TEST_CASE("readLine gives the lines, however the bytes are cut, and ends with the peer") {
  test::forEverySplit("one\r\n\r\nthree\nfo\rur\r\n", [](const auto& pieces) {
    StreamStage stage(readsLines);
    for (const auto piece : pieces) stage.send(piece);
    stage.finish();
    CHECK(stage.story.text() ==
          std::string("<one>, <>, <three>, <fo\rur>, end, ") + kClosedCleanly);
  });
}

TEST_CASE("readExactly, readUntil and readSome take what they name and leave the rest") {
  test::forEverySplit("abcdENENDabababcline\n12345678", [](const auto& pieces) {
    StreamStage stage(readsAllKinds);
    for (const auto piece : pieces) stage.send(piece);
    stage.finish();
    CHECK(stage.story.text() ==
          std::string("<>, <abcd>, <EN>, <ab>, <line>, end, <12345678>, end, ") + kClosedCleanly);
  });
}

TEST_CASE("a last line without its end is left for readSome") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readLine());
    told.tellRead(co_await told.readLine());
    told.tellRead(co_await told.readSome());
    told.tellRead(co_await told.readSome());
  });
  stage.send("whole\r\nhalf");
  stage.finish();
  CHECK(stage.story.text() == std::string("<whole>, end, <half>, end, ") + kClosedCleanly);
}

TEST_CASE("a line of 16 KiB is read, a longer one raises LineTooLong") {
  const std::string longest(StreamProtocol::kMaxLine, 'x');
  StreamStage fits(readsOneLine);
  fits.send(longest + "\r\n");
  CHECK(fits.story.text() == "16384");

  const test::CapturedLog log;
  for (const std::string& tooLong : {longest + "x\r\n", longest + "xx"}) {
    StreamStage stage(readsOneLine);
    stage.send(tooLong);
    stage.finish();
    CHECK(stage.story.text() == "lost: a line of more than 16384 bytes");
  }
}

TEST_CASE("readUntil has the limit that it is given") {
  const test::CapturedLog log;
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readUntil("#", 3));
    co_await told.readUntil("#", 3);
  });
  stage.send("abc#abcd");
  stage.finish();
  CHECK(stage.story.text() == "<abc>, lost: a line of more than 3 bytes");
}

TEST_CASE("readUntil takes the largest limit that there is for none") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readUntil("#", ~std::size_t{0}));
  });
  stage.send("ab");
  stage.send("c#");
  stage.finish();
  CHECK(stage.story.text().starts_with("<abc>"));
}

TEST_CASE("no line is delivered after loseConnection [LR9]") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    told.tellRead(co_await told.readLine());
    told.transport->loseConnection();
    told.tellRead(co_await told.readLine());
  });
  stage.send("one\ntwo\nthree\n");
  stage.finish();
  CHECK(stage.story.text() == std::string("<one>, end, ") + kClosedCleanly);
}

TEST_CASE("cancelling the coroutine that reads raises there, and the next read gets the line") {
  StreamStage stage([](Told& told) -> Deferred<void> {
    const auto reads = [&told]() -> Deferred<void> {
      try {
        told.tellRead(co_await told.readLine());
      } catch (const CancelledError&) {
        told.tell("cancelled");
      }
    };
    Deferred<void> reading = reads();
    Deferred<void> slept = sleep(1s);
    co_await std::move(slept);
    reading.cancel();
    told.tellRead(co_await told.readLine());
  });
  stage.world.advance(2s);
  stage.send("late\n");
  stage.finish();
  CHECK(stage.story.text() == std::string("cancelled, <late>, ") + kClosedCleanly);
}

TEST_CASE("a stream that nobody reads stops taking bytes, and loses none of them [PC1]") {
  constexpr std::size_t kSent = 8 * 1024 * 1024;
  std::string sent(kSent, '.');
  for (std::size_t i = 0; i < kSent; i += 1000) sent[i] = static_cast<char>('a' + i / 1000 % 26);
  Promise<void> permission;
  std::string read;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    Deferred<void> permitted = permission.deferred();
    co_await std::move(permitted);
    while (auto piece = co_await told.readSome()) read += *piece;
  });
  stage.send(sent);
  // That the peer could not send all of it shows that we have stopped reading.
  CHECK(stage.client->transport->unsentBytes() > kSent / 2);
  permission.callback();
  stage.world.runUntilIdle();
  stage.finish();
  CHECK((read == sent));
  CHECK(stage.story.text() == kClosedCleanly);
}

TEST_CASE("readExactly of more than a stream keeps unread gets it all") {
  constexpr std::size_t kSent = 1024 * 1024;
  std::size_t got = 0;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    const auto bytes = co_await told.readExactly(kSent);
    got = bytes->size();
  });
  stage.send(std::string(kSent, 'x'));
  CHECK(got == kSent);
}

TEST_CASE("what is read in the end is not searched again for each byte that comes [LR29]" *
          doctest::timeout(10 * test::kSlowdown)) {
  constexpr std::size_t kLength = 1024 * 1024;
  std::size_t length = 0;
  Told* server = nullptr;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    server = &told;
    const auto text = co_await told.readUntil("#", kLength);
    length = text->size();
  });
  for (std::size_t i = 0; i < kLength; ++i) server->dataReceived("x");
  server->dataReceived("#");
  CHECK(length == kLength);
}

TEST_CASE("a hundred thousand lines that arrive together are read on a bounded stack") {
  int lines = 0;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    while (const auto line = co_await told.readLine()) lines += static_cast<int>(line->size());
  });
  std::string sent;
  for (int i = 0; i < 100'000; ++i) sent += "x\n";
  stage.send(sent);
  stage.finish();
  CHECK(lines == 100'000);
}

static_assert(std::is_trivially_destructible_v<detail::StreamRead>);
static_assert(std::is_trivially_destructible_v<detail::Drained>);

TEST_CASE("a read that waits goes on with what comes after takeUnread()") {
  std::string taken;
  StreamStage stage([&](Told& told) -> Deferred<void> {
    spawn([&]() -> Deferred<void> {
      co_await sleep(1s);
      taken = told.takeUnread();
    });
    told.tellRead(co_await told.readLine());
  });
  stage.client->transport->write("longer than the line");
  stage.world.advance(2s);
  CHECK(taken == "longer than the line");
  SUBCASE("which is shorter") {
    stage.send("x\n");
    CHECK(stage.story.text().starts_with("<x>"));
  }
  SUBCASE("which has its end where the other had been searched") {
    stage.send("x\nlonger than what was taken");
    CHECK(stage.story.text().starts_with("<x>"));
  }
}
