// How long a line may be, and what it costs.

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/line_receiver.h"
#include "ropewalk/sim/string_transport.h"
#include "support/split.h"
#include "unit/stream/recorded_lines.h"

using namespace ropewalk;
using namespace ropewalk::test;

TEST_CASE("LineReceiver delivers a line of exactly the limit [LR17]") {
  const std::string longest(16384, 'x');
  LineTalk talk;
  CHECK(talk.lines.maxLength() == 16384);
  CHECK(talk.hears(longest + "\r\n") == "L(" + longest + ")");
  CHECK(talk.hearsPieces(singleBytes(longest + "\r\n")) == "L(" + longest + ")");
}

TEST_CASE("LineReceiver closes at a line over the limit and tells all there is [LR18]") {
  const std::string wire = std::string(16385, 'x') + "\r\nrest";
  LineTalk talk;
  CHECK(talk.hears(wire) == "X(16391)");
  CHECK(talk.lines.exceeding == wire);
  CHECK(talk.wire.isDisconnecting());
  CHECK(talk.lines.clearLineBuffer() == "");
}

TEST_CASE("LineReceiver tells all there is of a long line that came in two pieces [LR18]") {
  LineTalk talk;
  talk.lines.setMaxLength(5);
  CHECK(talk.hearsPieces({"123", "456\r\nrest"}) == "X(12)");
  CHECK(talk.lines.exceeding == "123456\r\nrest");
}

TEST_CASE("LineReceiver takes the largest limit that there is for none") {
  LineTalk talk;
  talk.lines.setMaxLength(~std::size_t{0});
  CHECK(talk.hearsPieces({"un", "finished\r\n"}) == "L(unfinished)");
}

TEST_CASE("LineReceiver waits for a delimiter's worth of bytes behind the limit [LR19]") {
  for (const std::size_t size : {16384u, 16385u}) {
    LineTalk talk;
    CHECK(talk.hears(std::string(size, 'x')) == "");
    CHECK_FALSE(talk.wire.isDisconnecting());
  }
  CHECK(LineTalk().hears(std::string(16386, 'x')) == "X(16386)");
  CHECK(LineTalk().hearsPieces(singleBytes(std::string(16386, 'x'))) == "X(16386)");
}

namespace {

struct AtMostFive : LineTalk {
  explicit AtMostFive(LineEnding ending = LineEnding::Crlf) : LineTalk(ending) {
    lines.setMaxLength(5);
  }
};

}  // namespace

TEST_CASE("LineReceiver does not count half a delimiter as line [LR20]") {
  CHECK(AtMostFive().hearsPieces({"12345\r", "\n"}) == "L(12345)");
  CHECK(AtMostFive(LineEnding::LfOrCrLf).hearsPieces({"12345\r", "\n"}) == "L(12345)");
}

TEST_CASE("LineReceiver is patient one byte behind the limit [LR21]") {
  CHECK(AtMostFive().hears("123456") == "");
}

TEST_CASE("LineReceiver gives up two bytes behind the limit [LR22]") {
  for (const LineEnding ending : {LineEnding::Crlf, LineEnding::LfOrCrLf}) {
    AtMostFive talk(ending);
    CHECK(talk.hears("1234567") == "X(7)");
    CHECK(talk.wire.isDisconnecting());
  }
}

TEST_CASE("LineReceiver delivers the lines before one that is too long [LR23]") {
  AtMostFive talk;
  CHECK(talk.hears("ab\r\n123456\r\nxy\r\n") == "L(ab) X(12)");
  CHECK(talk.lines.exceeding == "123456\r\nxy\r\n");
}

TEST_CASE("LineReceiver tells of several long lines once, with the whole remainder [LR24]") {
  AtMostFive talk;
  talk.lines.closesWhenExceeded = false;
  CHECK(talk.hears("a\r\n123456\r\n1234567\r\nb") == "L(a) X(18)");
  CHECK(talk.hears("c\r\n") == "L(c)");
}

TEST_CASE("LineReceiver tells a long line together with bytes given to it meanwhile [LR24]") {
  AtMostFive talk;
  talk.lines.at["RE"] = [&] { talk.lines.dataReceived("later"); };
  CHECK(talk.hears("RE\r\n123456\r\n") == "L(RE) X(13)");
  CHECK(talk.lines.exceeding == "123456\r\nlater");
}

// A LineReceiver that looks at, or moves, what it has kept at every chunk needs minutes for each of
// these.
TEST_CASE("LineReceiver needs linear time for a line of 32 MB in small chunks [LR29]") {
  struct Counting : LineReceiver {
    void lineReceived(std::string_view line) override { size += line.size(); }
    std::size_t size = 0;
  } counting;
  sim::StringTransport transport;
  counting.makeConnection(transport);
  const std::string chunk(64, 'x');
  const std::size_t longest = 500'000 * chunk.size();
  counting.setMaxLength(longest);
  for (int i = 0; i < 500'000; ++i) counting.dataReceived(chunk);
  counting.dataReceived("\r\n");
  CHECK(counting.size == longest);
}

TEST_CASE("LineReceiver needs linear time for a pause after each of 50 000 lines [LR29]") {
  struct Pausing : LineReceiver {
    void lineReceived(std::string_view) override {
      ++lines;
      pauseProducing();
    }
    std::size_t lines = 0;
  } pausing;
  const std::string line = std::string(1000, 'x') + "\r\n";
  std::string wire;
  for (int i = 0; i < 50'000; ++i) wire += line;
  sim::StringTransport transport;
  pausing.makeConnection(transport);
  pausing.dataReceived(wire);
  for (std::size_t lines = 1; lines < 50'000; ++lines) pausing.resumeProducing();
  CHECK(pausing.lines == 50'000);
}
