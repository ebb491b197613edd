#include "ropewalk/line_only_receiver.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

#include "support/split.h"
#include "unit/stream/recorded_lines.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

struct OnlyLines : LineOnlyReceiver {
  explicit OnlyLines(LineEnding ending = LineEnding::Crlf) : LineOnlyReceiver(ending) {
    makeConnection(wire);
  }
  void lineReceived(std::string_view line) override {
    calls.add('L', line);
    if (line == "CLOSE") transport->loseConnection();
  }
  void lineLengthExceeded(std::string_view line) override {
    calls.addLength(line.size());
    if (closesWhenExceeded) LineOnlyReceiver::lineLengthExceeded(line);
  }
  std::string hearsPieces(const Pieces& pieces) {
    for (const std::string_view piece : pieces) dataReceived(piece);
    return calls.take();
  }
  std::string hears(std::string_view bytes) { return hearsPieces({bytes}); }

  sim::StringTransport wire;
  Calls calls;
  bool closesWhenExceeded = true;
};

// The limit is 5 bytes, and passing it is no reason to close.
struct PatientLines : OnlyLines {
  PatientLines() {
    setMaxLength(5);
    closesWhenExceeded = false;
  }
};

}  // namespace

TEST_CASE("LineOnlyReceiver without a transport delivers its lines [LO1]") {
  struct Alone : LineOnlyReceiver {
    void lineReceived(std::string_view line) override { calls.add('L', line); }
    Calls calls;
  };
  Alone alone;
  alone.dataReceived("one\r\ntw");
  alone.dataReceived("o\r\n");
  CHECK(alone.calls.take() == "L(one) L(two)");
}

TEST_CASE("LineOnlyReceiver delivers lines and keeps the unfinished one [LO1]") {
  OnlyLines lines;
  CHECK(lines.hears("a\r\nb\r\nc") == "L(a) L(b)");
  CHECK(lines.hears("d\r\n") == "L(cd)");
}

TEST_CASE("LineOnlyReceiver delivers the same lines however the bytes are cut [LO1]") {
  forEverySplit("a\r\n\r\nb\nc\rd\r\r\ne", [](const Pieces& pieces) {
    CHECK(OnlyLines().hearsPieces(pieces) == "L(a) L() L(b\nc\rd\r)");
  });
  forEverySplit("a\r\n\nb\r\r\nc", [](const Pieces& pieces) {
    CHECK(OnlyLines(LineEnding::LfOrCrLf).hearsPieces(pieces) == "L(a) L() L(b\r)");
  });
}

TEST_CASE("LineOnlyReceiver stops delivering at loseConnection [LO2]") {
  OnlyLines lines;
  CHECK(lines.hears("CLOSE\r\nb\r\n") == "L(CLOSE)");
  CHECK(lines.hears("c\r\n") == "");
}

TEST_CASE("LineOnlyReceiver tells of a line over the limit alone and closes [LO3]") {
  OnlyLines lines;
  lines.setMaxLength(5);
  CHECK(lines.hears("123456\r\nab\r\n") == "X(6)");
  CHECK(lines.transport->isDisconnecting());
}

TEST_CASE("LineOnlyReceiver tells of a line over the limit at the first byte too many [LO4]") {
  OnlyLines lines;
  lines.setMaxLength(5);
  CHECK(lines.hears("12345") == "");
  CHECK(lines.hears("6") == "X(6)");
  CHECK(lines.transport->isDisconnecting());
}

TEST_CASE("LineOnlyReceiver does not count half a delimiter as line [LO5]") {
  PatientLines lines;
  CHECK(lines.hearsPieces({"12345\r", "\n"}) == "L(12345)");
  CHECK(lines.hearsPieces({"12345\r", "x"}) == "X(7)");
}

TEST_CASE("LineOnlyReceiver delivers the lines after one over the limit [LO6]") {
  PatientLines lines;
  CHECK(lines.hears("123456\r\nab\r\n") == "X(6) L(ab)");
  CHECK(lines.hears("cd\r\n") == "L(cd)");
}

TEST_CASE("LineOnlyReceiver skips the rest of a long line, however the bytes are cut [LO6]") {
  forEverySplit("ab\r\n1234567890\r1234567890\r\ncd\r\n", [](const Pieces& pieces) {
    const std::string heard = PatientLines().hearsPieces(pieces);
    CHECK(heard.substr(0, 8) == "L(ab) X(");
    CHECK(heard.substr(heard.find(')', 8)) == ") L(cd)");
  });
}

TEST_CASE("LineOnlyReceiver needs linear time for a line of 32 MB in small chunks [LO1]") {
  OnlyLines lines;
  const std::string chunk(64, 'x');
  const std::size_t longest = 500'000 * chunk.size();
  lines.setMaxLength(longest);
  for (int i = 0; i < 500'000; ++i) lines.dataReceived(chunk);
  CHECK(lines.hears("\r\n").size() == longest + 3);
}

TEST_CASE("LineOnlyReceiver sends and takes lines with another delimiter") {
  forEverySplit("a--b-", [](const Pieces& pieces) {
    OnlyLines lines;
    lines.setDelimiter("--");
    CHECK(lines.hearsPieces(pieces) == "L(a)");
    CHECK(lines.hears("-") == "L(b)");
    lines.sendLine("c");
    CHECK(lines.wire.takeWritten() == "c--");
  });
}
