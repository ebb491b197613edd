#include "ropewalk/sim/capture.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"
#include "support/temporary_folder.h"

using namespace ropewalk;
using sim::BadCapture;
using sim::Capture;
using sim::Recorder;
using sim::Replay;
using sim::World;

namespace {

// A Recorder that knows when each piece came.
class Timed : public Recorder {
 public:
  void connectionMade() override {
    start_ = transport->reactor().now();
    Recorder::connectionMade();
  }
  void dataReceived(std::string_view data) override {
    times.push_back(transport->reactor().now() - start_);
    Recorder::dataReceived(data);
  }

  std::vector<Duration> times;

 private:
  TimePoint start_{};
};

// Why `text` is no capture.
std::string complaint(const std::string& text) {
  try {
    Capture::parse(text);
  } catch (const BadCapture& bad) {
    return bad.what();
  }
  return "";
}

std::string complaintOf(const std::string& events) {
  return complaint("ropewalk-capture 1\n" + events);
}

constexpr std::string_view kWhole =
    "ropewalk-capture 1\n"
    "0.000000000 data hello\\r\\n\n"
    "0.250000001 data \\x00\\xff\\t\\\\ and so on\\x20\n"
    "3.000000000 end\n"
    "12.500000000 lost ConnectionDone\n";

}  // namespace

TEST_CASE("Capture reads what it writes") {
  const Capture capture = Capture::parse(kWhole);
  REQUIRE(capture.events.size() == 4);
  CHECK(capture.events[0].bytes == "hello\r\n");
  CHECK(capture.events[1].at == 250'000'001ns);
  CHECK(capture.events[1].bytes == std::string_view("\0\xff\t\\ and so on ", 15));
  CHECK(capture.events[2].kind == Capture::Kind::End);
  CHECK(capture.events[3].bytes == "ConnectionDone");
  CHECK(capture.text() == kWhole);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  Capture every;
  every.events.push_back({.at = 1h, .kind = Capture::Kind::Data, .bytes = all});
  CHECK(Capture::parse(every.text()).events[0].bytes == all);
}

TEST_CASE("Capture takes what a person writes: comments, short times, other line ends") {
  const Capture capture =
      Capture::parse("ropewalk-capture 1\r\n# by hand\r\n\r\n0 data a\r\n1.5 data b");
  REQUIRE(capture.events.size() == 2);
  CHECK(capture.events[1].at == 1500ms);
  CHECK(capture.events[1].bytes == "b");
  CHECK(Capture::parse("ropewalk-capture 1").events.empty());
}

TEST_CASE("Capture says which line is bad, and why") {
  CHECK(complaint("") == "line 1 of a capture: it does not begin with \"ropewalk-capture \"");
  CHECK(complaint("GET /") == "line 1 of a capture: it does not begin with \"ropewalk-capture \"");
  CHECK(complaint("ropewalk-capture 2\n") ==
        "line 1 of a capture: version \"2\" is not known, only 1");
  CHECK(complaintOf("# fine\nsoon data x") == "line 3 of a capture: \"soon\" is no time");
  for (const char* const time : {"-1", "1.", ".5", "1.0000000001", "1e3", "1.5.5", "0x1", "+1",
                                 "99999999999999999999", ""}) {
    CAPTURE(time);
    CHECK(complaintOf(std::string(time) + " data x").ends_with("is no time"));
  }
  CHECK(complaintOf("1 said x").find("neither") != std::string::npos);
  CHECK(complaintOf("1 end x").find("neither") != std::string::npos);
  CHECK(complaintOf("1 data ") == "line 2 of a capture: data without a byte");
  for (const char* const text : {"\\", "\\q", "\\x", "\\x1", "\\xg1", "\\x1g"}) {
    CAPTURE(text);
    CHECK(complaintOf(std::string("1 data ") + text) ==
          "line 2 of a capture: a backslash that begins nothing known");
  }
  CHECK(complaintOf("2 data x\n1 data y") == "line 3 of a capture: earlier than the line before");
  CHECK(complaintOf("1 end\n1 data y").ends_with("something after the peer has finished"));
  CHECK(complaintOf("1 lost X\n1 lost Y").ends_with("something after the connection was lost"));
}

TEST_CASE("Capture names a file that it cannot read") {
  const test::TemporaryFolder folder;
  try {
    Capture::load(folder.path("none"));
    FAIL("there is no such file");
  } catch (const BadCapture& bad) {
    CHECK(std::string(bad.what()) == folder.path("none") + ": No such file or directory");
  }
  std::ofstream(folder.path("bad")) << "nonsense";
  CHECK_THROWS_WITH_AS(Capture::load(folder.path("bad")),
                       (folder.path("bad") + ": line 1 of a capture: it does not begin with " +
                        "\"ropewalk-capture \"")
                           .c_str(),
                       BadCapture);
}

TEST_CASE("Replay sends the same pieces at the same times, and goes as the peer went") {
  World world;
  world.setDelay(20ms);
  auto server = std::make_shared<Timed>();
  world.host("server").run([&] {
    reactor().listenTCP(
        8001, std::make_shared<ProtocolFactory<Timed>>([&](const Address&) { return server; }));
  });
  const Capture capture = Capture::parse(
      "ropewalk-capture 1\n0.1 data one\n0.1 data , two\n0.100000001 data three\n3 data four\n"
      "3.5 end\n4 lost ConnectionLost\n");
  const auto client = world.host("client").connect<Replay>("server", 8001, capture);
  SUBCASE("to one who listens") {
    world.advance(3s);
    CHECK(!client->isDone());
    world.advance(2s);
    CHECK(server->received() == "one, twothreefour");
    CHECK(server->readLost());
    CHECK(client->isDone());
    CHECK(client->reason().check<ConnectionDone>());
    // The server has its connection a way later than the client; the data too.
    CHECK(server->times[1] - server->times[0] == 1ns);
    CHECK(server->times.back() - server->times[0] == 2900ms);
    CHECK(server->times[0] == 100ms);
    // What is sent at one time is one piece.
    CHECK(server->pieces() == std::vector<std::size_t>{8, 5, 4});
  }
  SUBCASE("to one who has finished long before") {
    world.advance(1s);
    server->transport->loseWriteConnection();
    world.advance(1s);
    CHECK(client->readLost());
    CHECK(!client->lost());
    world.advance(3s);
    CHECK(server->received() == "one, twothreefour");
    CHECK(client->lost());
  }
}

TEST_CASE("Replay resets where the peer did, and leaves where it left") {
  for (const char* const reason : {"ConnectionDone", "ConnectionLost"}) {
    World world;
    std::shared_ptr<Recorder> server = std::make_shared<Recorder>();
    world.host("server").run([&] {
      reactor().listenTCP(8001, std::make_shared<ProtocolFactory<Recorder>>(
                                    [&](const Address&) { return server; }));
    });
    Capture capture;
    capture.events = {{.at = 1s, .kind = Capture::Kind::Data, .bytes = "hello"},
                      {.at = 2s, .kind = Capture::Kind::Lost, .bytes = reason}};
    world.host("client").connect<Replay>("server", 8001, capture);
    world.advance(3s);
    CHECK(server->received() == "hello");
    CHECK(server->lost());
    CHECK(server->reason().check<ConnectionDone>() == (reason == std::string("ConnectionDone")));
    world.finish();
  }
}

namespace {

// Greets, times out, remembers: everything that a capturing factory must not disturb.
class Polite : public LineReceiver {
 public:
  explicit Polite(std::string* story) : LineReceiver(LineEnding::LfOrCrLf), story_(*story) {}
  void connectionMade() override {
    story_ += "made ";
    callLater(1s, [this] { sendLine("still there?"); });
    callLater(1h, [this] { story_ += "late "; });
  }
  void lineReceived(std::string_view line) override {
    if (line == "throw") throw std::runtime_error("as you wish");
    sendLine(line);
  }
  void drainRequested() override {
    sendLine("goodbye");
    transport->loseConnection();
  }
  void connectionLost(const Failure& why) override {
    story_ += std::string(why.typeName()) + (factory ? " of a factory" : " of none");
  }
  std::string logPrefix() const override { return "Polite"; }

 private:
  std::string& story_;
};

}  // namespace

TEST_CASE("capturing writes down each connection, and its protocols notice nothing") {
  const test::TemporaryFolder folder;
  std::string story;
  World world;
  world.host("server").run([&] {
    reactor().listenTCP(8001,
                        sim::capturing(Factory::forProtocol<Polite>(&story), folder.path("line-")));
  });
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(500ms);
  client->transport->write("hel");
  world.advance(1ms);
  client->transport->write("lo\nwor");
  // Written as it happens.
  world.advance(1s);
  CHECK(Capture::load(folder.path("line-1")).events.size() == 2);
  client->transport->loseConnection();
  world.advance(2h);
  CHECK(client->received() == "hello\r\nstill there?\r\n");
  CHECK(story == "made ropewalk::ConnectionDone of a factory");
  std::ifstream file(folder.path("line-1"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  CHECK(text ==
        "ropewalk-capture 1\n0.500000000 data hel\n0.501000000 data lo\\nwor\n"
        "1.501000000 end\n1.501000001 lost ConnectionDone\n");

  // And it can be played to another server.
  std::string again;
  world.host("other").run([&] { reactor().listenTCP(8001, Factory::forProtocol<Polite>(&again)); });
  const auto replay =
      world.host("client").connect<Replay>("other", 8001, Capture::load(folder.path("line-1")));
  world.advance(10s);
  CHECK(replay->received() == client->received());
  CHECK(again == story);
  world.finish();
}

TEST_CASE("capturing hands on a stop and an exception") {
  const test::TemporaryFolder folder;
  const test::QuietLog quiet;
  std::string story;
  World world;
  world.host("server").run([&] {
    reactor().listenTCP(8001,
                        sim::capturing(Factory::forProtocol<Polite>(&story), folder.path("")));
  });
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  client->transport->write("throw\n");
  world.advance(1s);
  CHECK(story == "made std::runtime_error of a factory");
  CHECK(Capture::load(folder.path("1")).events.back().bytes == "runtime_error");
  const auto other = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  world.host("server").run([] { reactor().drain(); });
  world.advance(1s);
  CHECK(other->lost());
  CHECK(other->received() == "goodbye\r\n");
  world.finish();
}

TEST_CASE("capturing leaves out what is too much, and goes on without a file") {
  const test::TemporaryFolder folder;
  const test::CapturedLog log;
  std::string story;
  World world;
  world.host("server").run([&] {
    const auto factory = Factory::forProtocol<Polite>(&story);
    reactor().listenTCP(8001, sim::capturing(factory, folder.path("few-"), 10));
    reactor().listenTCP(8002, sim::capturing(factory, folder.path("no/such/folder/")));
  });
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  const auto other = world.host("client").connect<Recorder>("server", 8002);
  world.advance(0s);
  for (int i = 0; i < 3; ++i) {
    client->transport->write("12345\n");
    other->transport->write("12345\n");
    world.advance(1ms);
  }
  CHECK(client->received() == "12345\r\n12345\r\n12345\r\n");
  CHECK(other->received() == client->received());
  CHECK(Capture::load(folder.path("few-1")).events.size() == 1);
  CHECK(log.has("cannot write the capture " + folder.path("no/such/folder/1")));
}
