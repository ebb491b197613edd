// What a LineReceiver keeps back, and when it delivers it.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ropewalk/failure.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/sim/string_transport.h"
#include "support/captured_log.h"
#include "support/split.h"
#include "unit/stream/recorded_lines.h"

using namespace ropewalk;
using namespace ropewalk::test;

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

TEST_CASE("LineReceiver put into raw mode and paused at one line keeps the raw bytes back [LR11]") {
  LineTalk talk;
  talk.lines.at["RAW"] = [&] {
    talk.lines.setRawMode();
    talk.lines.pauseProducing();
  };
  CHECK(talk.hearsPieces({"RAW\r\none", "two"}) == "L(RAW)");
  talk.lines.resumeProducing();
  CHECK(talk.lines.calls.take() == "R(onetwo)");
}

TEST_CASE("LineReceiver closes and delivers nothing more at stopProducing [LR12]") {
  LineTalk talk;
  talk.lines.at["STOP"] = [&] { talk.lines.stopProducing(); };
  CHECK(talk.hears("STOP\r\nb\r\n") == "L(STOP)");
  CHECK(talk.wire.isDisconnecting());
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
