#include "ropewalk/line_receiver.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ropewalk/sim/string_transport.h"
#include "support/guarded.h"
#include "support/split.h"
#include "unit/stream/recorded_lines.h"

using namespace ropewalk;
using namespace ropewalk::test;

TEST_CASE("LineReceiver delivers each line without its delimiter [LR1]") {
  CHECK(LineTalk().hears("a\r\nb\r\n") == "L(a) L(b)");
}

TEST_CASE("LineReceiver delivers the same lines however the bytes are cut [LR2]") {
  forEverySplit("a\r\nbc\r\n\r\nd\re\nf\r\r\ng", [](const Pieces& pieces) {
    CHECK(LineTalk().hearsPieces(pieces) == "L(a) L(bc) L() L(d\re\nf\r)");
  });
}

TEST_CASE("LineReceiver delivers empty lines [LR3]") {
  CHECK(LineTalk().hears("\r\n\r\nx\r\n") == "L() L() L(x)");
}

TEST_CASE("LineReceiver takes a bare line feed for data [LR4]") {
  CHECK(LineTalk().hears("a\nb\r\n") == "L(a\nb)");
}

TEST_CASE("LineReceiver with LfOrCrLf takes both, however the bytes are cut") {
  forEverySplit("a\nb\r\n\n\r\nc\r\r\nd", [](const Pieces& pieces) {
    CHECK(LineTalk(LineEnding::LfOrCrLf).hearsPieces(pieces) == "L(a) L(b) L() L() L(c\r)");
  });
}

TEST_CASE("LineReceiver without a transport delivers what it is given [LR1] [LR5]") {
  struct Alone : LineReceiver {
    void lineReceived(std::string_view line) override {
      calls.add('L', line);
      sendLine(line);
      if (line == "RAW") setRawMode();
    }
    void rawDataReceived(std::string_view data) override { calls.add('R', data); }
    Calls calls;
  };
  Alone alone;
  alone.dataReceived("on");
  alone.dataReceived("e\r\ntwo\r\nRAW\r\nrest");
  CHECK(alone.calls.take() == "L(one) L(two) L(RAW) R(rest)");
}

TEST_CASE("LineReceiver gives the whole remainder to one raw call [LR5]") {
  LineTalk talk;
  talk.lines.at["RAW"] = [&] { talk.lines.setRawMode(); };
  CHECK(talk.hears("one\r\nRAW\r\nrest\r\nmore") == "L(one) L(RAW) R(rest\r\nmore)");
}

namespace {

// "LEN 3" announces three raw bytes.
struct ThreeRawBytes : LineTalk {
  ThreeRawBytes() {
    lines.at["LEN 3"] = [this] {
      missing = 3;
      lines.setRawMode();
    };
    lines.onRaw = [this](std::string_view data) {
      const std::string_view wanted = data.substr(0, missing);
      raw += wanted;
      missing -= wanted.size();
      if (missing == 0) lines.setLineMode(data.substr(wanted.size()));
    };
  }
  std::size_t missing = 0;
  std::string raw;
};

}  // namespace

TEST_CASE("LineReceiver goes on with what the raw mode left over [LR6]") {
  ThreeRawBytes talk;
  CHECK(talk.hears("LEN 3\r\nabcnext\r\nz") == "L(LEN 3) R(abcnext\r\nz) L(next)");
  CHECK(talk.raw == "abc");
  CHECK(talk.hears("\r\n") == "L(z)");
}

TEST_CASE("LineReceiver changes modes between chunks [LR7]") {
  ThreeRawBytes talk;
  CHECK(talk.hearsPieces({"LEN 3\r\nab", "cn", "ext\r\n"}) == "L(LEN 3) R(ab) R(cn) L(next)");
  CHECK(talk.raw == "abc");
}

TEST_CASE("LineReceiver takes back bytes that are not the ones it gave [LR6]") {
  LineTalk talk;
  talk.lines.at["RAW"] = [&] { talk.lines.setRawMode(); };
  talk.lines.onRaw = [&](std::string_view) {
    std::string other = "other\r\nan";
    talk.lines.setLineMode(other);
    other.assign(other.size(), '!');
  };
  CHECK(talk.hears("RAW\r\nraw") == "L(RAW) R(raw) L(other)");
  CHECK(talk.hears("d\r\n") == "L(and)");
}

TEST_CASE("LineReceiver put into line mode from outside delivers the extra bytes at once [LR6]") {
  LineTalk talk;
  talk.lines.setRawMode();
  talk.lines.setLineMode("a\r\nb");
  CHECK(talk.lines.calls.take() == "L(a)");
  CHECK(talk.hears("\r\n") == "L(b)");
}

TEST_CASE("LineReceiver gives an unfinished line to the raw mode that was set meanwhile [LR5]") {
  LineTalk talk;
  CHECK(talk.hears("unfini") == "");
  talk.lines.setRawMode();
  CHECK(talk.hears("shed\r\n") == "R(unfinished\r\n)");
}

TEST_CASE("LineReceiver stops delivering at loseConnection [LR8]") {
  LineTalk talk;
  talk.lines.at["CLOSE"] = [&] { talk.lines.transport->loseConnection(); };
  CHECK(talk.hears("a\r\nCLOSE\r\nb\r\nc") == "L(a) L(CLOSE)");
}

TEST_CASE("LineReceiver delivers nothing of later chunks either after loseConnection [LR9]") {
  LineTalk talk;
  talk.lines.at["CLOSE"] = [&] { talk.lines.transport->loseConnection(); };
  CHECK(talk.hearsPieces({"CLOSE\r\nb\r\n", "d\r\n", "e\r\n"}) == "L(CLOSE)");
}

TEST_CASE("LineReceiver completes no line after loseConnection from outside [LR9]") {
  LineTalk talk;
  CHECK(talk.hears("unfini") == "");
  talk.lines.transport->loseConnection();
  CHECK(talk.hears("shed\r\nmore\r\n") == "");
}

TEST_CASE("LineReceiver gives nothing to the raw mode after loseConnection [LR9]") {
  LineTalk talk;
  talk.lines.setRawMode();
  talk.lines.onRaw = [&](std::string_view) { talk.lines.transport->loseConnection(); };
  CHECK(talk.hearsPieces({"a", "b"}) == "R(a)");
}

TEST_CASE("LineReceiver hands over what it has not delivered, and starts anew [LR13]") {
  LineTalk talk;
  std::string cleared;
  talk.lines.at["CLEAR"] = [&] { cleared = talk.lines.clearLineBuffer(); };
  CHECK(talk.hears("CLEAR\r\nfoo\r\nbar") == "L(CLEAR)");
  CHECK(cleared == "foo\r\nbar");
  CHECK(talk.hears("z\r\n") == "L(z)");
}

TEST_CASE("LineReceiver hands over an unfinished line and what a pause kept back [LR13]") {
  LineTalk talk;
  talk.hears("unfinished");
  CHECK(talk.lines.clearLineBuffer() == "unfinished");
  CHECK(talk.hears("a\r\n") == "L(a)");
  talk.lines.at["PAUSE"] = [&] { talk.lines.pauseProducing(); };
  CHECK(talk.hears("PAUSE\r\nb\r\nPAUSE\r\nc\r\n") == "L(PAUSE)");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(b) L(PAUSE)");
  CHECK(talk.lines.clearLineBuffer() == "c\r\n");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "");
}

TEST_CASE("LineReceiver uses a new delimiter for the rest of the same chunk [LR14]") {
  LineTalk talk;
  talk.lines.at["DELIM"] = [&] { talk.lines.setDelimiter("\n"); };
  CHECK(talk.hears("DELIM\r\nfoo\nbar\n") == "L(DELIM) L(foo) L(bar)");
}

TEST_CASE("LineReceiver finds a delimiter that is set later in what it had kept [LR14]") {
  LineTalk talk;
  CHECK(talk.hears("a;b") == "");
  talk.lines.setDelimiter(";");
  CHECK(talk.hears("c;d") == "L(a) L(bc)");
  talk.lines.setLineEnding(LineEnding::LfOrCrLf);
  CHECK(talk.hears(";e\nf\r\n") == "L(d;e) L(f)");
}

TEST_CASE("LineReceiver finds a long delimiter however the bytes are cut [LR14]") {
  forEverySplit("a--=b---=--=c--", [](const Pieces& pieces) {
    LineTalk talk;
    talk.lines.setDelimiter("--=");
    CHECK(talk.hearsPieces(pieces) == "L(a) L(b-) L()");
    CHECK(talk.hears("=") == "L(c)");
  });
}

TEST_CASE("LineReceiver delivers bytes given to it meanwhile last, and not inside [LR15]") {
  LineTalk talk;
  talk.lines.at["RE"] = [&] {
    talk.lines.dataReceived("inner\r\nla");
    talk.lines.calls.add('-', "");
  };
  CHECK(talk.hears("RE\r\nb\r\n") == "L(RE) -() L(b) L(inner)");
  CHECK(talk.hears("st\r\n") == "L(last)");
}

TEST_CASE("LineReceiver joins bytes given to it meanwhile with an unfinished line [LR15]") {
  LineTalk talk;
  talk.lines.at["RE"] = [&] { talk.lines.dataReceived("tail\r\n"); };
  CHECK(talk.hears("RE\r\nhead-") == "L(RE) L(head-tail)");
}

namespace {

// A line, then one raw byte, then a line again.
struct Alternating : LineReceiver {
  void lineReceived(std::string_view) override {
    ++lines;
    setRawMode();
  }
  void rawDataReceived(std::string_view data) override { setLineMode(data.substr(1)); }
  std::size_t lines = 0;
};

}  // namespace

TEST_CASE("LineReceiver changes its mode 600 000 times in one chunk without recursion [LR16]") {
  std::string wire;
  for (int i = 0; i < 300'000; ++i) wire += "x\r\n?";
  sim::StringTransport transport;
  Alternating alternating;
  alternating.makeConnection(transport);
  alternating.dataReceived(wire);
  CHECK(alternating.lines == 300'000);
}

TEST_CASE("LineReceiver sends a line with the delimiter behind it [LR25]") {
  LineTalk talk;
  talk.lines.sendLine("hi");
  CHECK(talk.wire.takeWritten() == "hi\r\n");
  talk.lines.setDelimiter("|");
  talk.lines.sendLine("ho");
  CHECK(talk.wire.takeWritten() == "ho|");
  LineTalk lenient(LineEnding::LfOrCrLf);
  lenient.lines.sendLine("hi");
  CHECK(lenient.wire.value() == "hi\r\n");
}

TEST_CASE("LineReceiver lets an exception of a callback out [LR26]") {
  LineTalk talk;
  talk.lines.at["THROW"] = [] { throw std::runtime_error("no"); };
  CHECK_THROWS_WITH(talk.lines.dataReceived("THROW\r\nb\r\n"), "no");
  CHECK(talk.lines.calls.take() == "L(THROW)");
  talk.lines.setRawMode();
  talk.lines.onRaw = [](std::string_view) { throw std::runtime_error("neither"); };
  CHECK_THROWS_WITH(talk.lines.dataReceived("x"), "neither");
}

TEST_CASE("LineReceiver refuses raw bytes that nobody wants [LR27]") {
  struct OnlyLines : LineReceiver {
    void lineReceived(std::string_view) override { setRawMode(); }
  } lines;
  LineTalk talk;
  sim::StringTransport wire;
  lines.makeConnection(wire);
  CHECK_THROWS_AS(lines.dataReceived("a\r\nraw"), std::logic_error);
}

TEST_CASE("LineReceiver reads nothing behind what it is given [LR2]") {
  LineTalk talk;
  Guarded chunk("", 64);
  for (const std::string_view piece : {"a\r", "\nb", "c\r\nd\r", "\n\r\n"}) {
    talk.lines.dataReceived(chunk.hold(piece));
  }
  CHECK(talk.lines.calls.take() == "L(a) L(bc) L(d) L()");
}

TEST_CASE("LineReceiver does not recurse when each line brings another one [LR15]") {
  struct Chained : LineReceiver {
    void lineReceived(std::string_view) override {
      if (++lines < 200'000) dataReceived("x\r\n");
    }
    std::size_t lines = 0;
  } chained;
  sim::StringTransport transport;
  chained.makeConnection(transport);
  chained.dataReceived("x\r\n");
  CHECK(chained.lines == 200'000);
}
