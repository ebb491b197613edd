#include "ropewalk/line_receiver.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "support/captured_log.h"
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

TEST_CASE("LineReceiver gives the whole remainder to one raw call [LR5]") {
  LineTalk talk;
  talk.lines.at["RAW"] = [&] { talk.lines.setRawMode(); };
  CHECK(talk.hears("one\r\nRAW\r\nrest\r\nmore") == "L(one) L(RAW) R(rest\r\nmore)");
}

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

TEST_CASE("LineReceiver keeps lines back while paused and delivers them inside resume [LR10]") {
  LineTalk talk;
  talk.lines.at["PAUSE"] = [&] { talk.lines.pauseProducing(); };
  CHECK(talk.hears("PAUSE\r\nb\r\nc\r\nd") == "L(PAUSE)");
  CHECK_FALSE(talk.wire.isReading());
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(b) L(c)");
  CHECK(talk.wire.isReading());
  CHECK(talk.hears("\r\n") == "L(d)");
}

TEST_CASE("LineReceiver paused between chunks keeps what comes [LR10]") {
  LineTalk talk;
  CHECK(talk.hears("a\r\nb") == "L(a)");
  talk.lines.pauseProducing();
  CHECK(talk.hearsPieces({"c\r\n", "d\r", "\ne"}) == "");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(bc) L(d)");
  CHECK(talk.hears("\r\n") == "L(e)");
}

TEST_CASE("LineReceiver may pause again at any line that resuming delivers [LR10]") {
  LineTalk talk;
  for (const char* each : {"1", "2", "3"})
    talk.lines.at[each] = [&] { talk.lines.pauseProducing(); };
  CHECK(talk.hears("1\r\n2\r\nx\r\n3\r\ny") == "L(1)");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(2)");
  CHECK(talk.hears("z\r\n") == "");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(x) L(3)");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "L(yz)");
}

TEST_CASE("LineReceiver paused and resumed inside one line goes on without recursion [LR10]") {
  LineTalk talk;
  talk.lines.at["BOTH"] = [&] {
    talk.lines.pauseProducing();
    talk.lines.resumeProducing();
    talk.lines.calls.add('-', "");
  };
  CHECK(talk.hears("BOTH\r\nb\r\n") == "L(BOTH) -() L(b)");
}

TEST_CASE("LineReceiver keeps raw bytes back while paused [LR11]") {
  LineTalk talk;
  talk.lines.at["RAW"] = [&] { talk.lines.setRawMode(); };
  talk.lines.onRaw = [&](std::string_view data) {
    if (data == "one") talk.lines.pauseProducing();
  };
  CHECK(talk.hearsPieces({"RAW\r\none", "two", "three"}) == "L(RAW) R(one)");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "R(twothree)");
}

TEST_CASE("LineReceiver closes and delivers nothing more at stopProducing [LR12]") {
  LineTalk talk;
  talk.lines.at["STOP"] = [&] { talk.lines.stopProducing(); };
  CHECK(talk.hears("STOP\r\nb\r\n") == "L(STOP)");
  CHECK(talk.wire.isDisconnecting());
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

// A line, then one raw byte, then a line again.
struct Alternating : LineReceiver {
  void lineReceived(std::string_view) override {
    ++lines;
    setRawMode();
  }
  void rawDataReceived(std::string_view data) override { setLineMode(data.substr(1)); }
  std::size_t lines = 0;
};

TEST_CASE("LineReceiver changes its mode 600 000 times in one chunk without recursion [LR16]") {
  std::string wire;
  for (int i = 0; i < 300'000; ++i) wire += "x\r\n?";
  sim::StringTransport transport;
  Alternating alternating;
  alternating.makeConnection(transport);
  alternating.dataReceived(wire);
  CHECK(alternating.lines == 300'000);
}

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

TEST_CASE("LineReceiver waits for a delimiter's worth of bytes behind the limit [LR19]") {
  for (const std::size_t size : {16384u, 16385u}) {
    LineTalk talk;
    CHECK(talk.hears(std::string(size, 'x')) == "");
    CHECK_FALSE(talk.wire.isDisconnecting());
  }
  CHECK(LineTalk().hears(std::string(16386, 'x')) == "X(16386)");
  CHECK(LineTalk().hearsPieces(singleBytes(std::string(16386, 'x'))) == "X(16386)");
}

struct AtMostFive : LineTalk {
  explicit AtMostFive(LineEnding ending = LineEnding::Crlf) : LineTalk(ending) {
    lines.setMaxLength(5);
  }
};

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

TEST_CASE("LineReceiver can be another transport's producer: a pause stops both [LR28]") {
  const auto lines = std::make_shared<RecordedLines>();
  sim::StringTransport source;
  lines->makeConnection(source);
  LineTalk sink;
  sink.lines.transport->registerProducer(lines, Streaming::Push);
  lines->at["full"] = [&] { sink.wire.producer()->pauseProducing(); };
  source.deliver("full\r\nb\r\n");
  CHECK(lines->calls.take() == "L(full)");
  CHECK_FALSE(source.isReading());
  sink.wire.producer()->resumeProducing();
  CHECK(lines->calls.take() == "L(b)");
  CHECK(source.isReading());
  sink.wire.peerResets();
  CHECK(sink.wire.isDisconnected());
  CHECK(source.isDisconnecting());
}

TEST_CASE("LineReceiver feeds a slow transport as its producer, and nothing is lost [LR28]") {
  const auto lines = std::make_shared<RecordedLines>();
  sim::StringTransport source;
  lines->makeConnection(source);
  LineTalk sink;
  sink.wire.setRoom(0);
  sink.lines.transport->registerProducer(lines, Streaming::Push);
  const std::string big(40'000, 'x');
  lines->at["big"] = [&] { sink.lines.sendLine(big); };
  source.deliver("big\r\nbig\r\nbig\r\nbig\r\n");
  CHECK(lines->calls.take() == "L(big) L(big)");
  sink.wire.setRoom(1'000'000);
  sink.wire.settle();
  CHECK(lines->calls.take() == "L(big) L(big)");
  CHECK(sink.wire.takeWritten().size() == 4 * (big.size() + 2));
}

TEST_CASE("LineReceiver ends its own connection when a line delivered by resume throws [LR28]") {
  const CapturedLog log;
  LineTalk talk;
  talk.lines.at["PAUSE"] = [&] { talk.lines.pauseProducing(); };
  talk.lines.at["THROW"] = [] { throw std::runtime_error("no such thing"); };
  CHECK(talk.hears("PAUSE\r\nTHROW\r\nb\r\n") == "L(PAUSE)");
  CHECK_NOTHROW(talk.lines.resumeProducing());
  CHECK(talk.lines.calls.take() == "L(THROW)");
  talk.wire.peerCloses();
  CHECK(talk.wire.isDisconnected());
  CHECK(talk.lines.reason.what() == "no such thing");
  CHECK(log.has("no such thing"));
}

TEST_CASE("LineReceiver resumed after the end delivers nothing [LR10]") {
  LineTalk talk;
  talk.lines.at["PAUSE"] = [&] { talk.lines.pauseProducing(); };
  CHECK(talk.hears("PAUSE\r\nb\r\n") == "L(PAUSE)");
  talk.wire.peerResets();
  CHECK(talk.wire.isDisconnected());
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "");
}

TEST_CASE("LineReceiver reads nothing behind what it is given [LR2]") {
  LineTalk talk;
  Guarded chunk("", 64);
  for (const std::string_view piece : {"a\r", "\nb", "c\r\nd\r", "\n\r\n"}) {
    talk.lines.dataReceived(chunk.hold(piece));
  }
  CHECK(talk.lines.calls.take() == "L(a) L(bc) L(d) L()");
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
