// Members that send too much, read too little, or all leave at once.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "sim/chat/chatter.h"
#include "support/captured_log.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

std::size_t linesIn(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

constexpr std::string_view kTooFast =
    "*** You are too fast: your lines will be read more slowly.\r\n";

// `count` lines: "1", "2", ...
std::string numbers(int count) {
  std::string lines;
  for (int number = 1; number <= count; ++number) lines += std::to_string(number) + "\n";
  return lines;
}

}  // namespace

TEST_CASE("chat lets a burst of five lines through without a word [K6]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  chat.world.advance(1min);
  eve->takeReceived();
  bob->transport->write(numbers(5));
  chat.world.runUntilIdle();
  CHECK(eve->takeReceived() == "<bob> 1\r\n<bob> 2\r\n<bob> 3\r\n<bob> 4\r\n<bob> 5\r\n");
  CHECK(bob->takeReceived() == "");
}

TEST_CASE("chat reads two lines a second of a flood, loses none, and warns once [K6]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  chat.world.advance(1min);
  eve->takeReceived();
  bob->transport->write(numbers(45));
  chat.world.runUntilIdle();
  CHECK(linesIn(eve->received()) == 5);
  CHECK(bob->takeReceived() == kTooFast);
  chat.world.advance(10s);
  CHECK(linesIn(eve->received()) == 25);
  chat.world.advance(10s);
  CHECK(linesIn(eve->received()) == 45);
  CHECK(eve->received().ends_with("<bob> 44\r\n<bob> 45\r\n"));

  bob->transport->write(numbers(10));
  chat.world.advance(1min);
  CHECK(linesIn(eve->received()) == 55);
  CHECK(bob->takeReceived() == "");
}

TEST_CASE("chat stops reading from a flooder: what it sends waits on its side [K6]") {
  ChatWorld chat;
  const auto bob = chat.member("bob");
  bob->transport->write(std::string(10'000'000, '\n'));
  chat.world.advance(1s);
  CHECK(bob->transport->unsentBytes() > 9'000'000);
}

TEST_CASE("chat hangs up on a flood without a rest after five minutes [K6]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  bob->transport->write(numbers(2000));
  chat.world.advance(299s);
  CHECK_FALSE(bob->readLost());
  chat.world.advance(5s);
  CHECK(bob->readLost());
  CHECK(bob->received().ends_with("*** Too many lines for too long. Goodbye.\r\n"));
  CHECK(eve->received().ends_with("*** bob has left (flooding)\r\n"));
}

TEST_CASE("chat does not lose the lines of one who sends them all and leaves [K6]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  bob->transport->write(numbers(20));
  bob->transport->loseConnection();
  chat.world.advance(1min);
  CHECK(linesIn(eve->received()) == 21);
  CHECK(eve->received().ends_with("<bob> 20\r\n*** bob has left\r\n"));
}

TEST_CASE(
    "chat drops a member that does not read, with a reason, and the others miss nothing [K5]") {
  const CapturedLog log;
  ChatWorld chat({.pace = 0s});
  chat.world.setBuffers({.send = 16 * 1024, .receive = 16 * 1024});
  const auto eve = chat.member("eve");
  const auto slow = chat.member("slow");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  slow->transport->pauseProducing();
  const std::string text(1000, 'x');
  for (int line = 0; line < 200; ++line) chat.says(bob, text);
  CHECK(chat.room->size() == 3);
  for (int line = 0; line < 200; ++line) chat.says(bob, text);
  CHECK(chat.room->size() == 2);
  CHECK(slow->lost());
  CHECK(log.has("slow", "too slow"));

  const std::string heard = eve->received();
  CHECK(linesIn(heard) == 401);
  CHECK(heard.find("*** slow has left (too slow)\r\n") != std::string::npos);
  CHECK(bob->received().find("*** slow has left (too slow)\r\n") != std::string::npos);
}

TEST_CASE("chat lets a quick member have more than the cap in one turn [K5]") {
  ChatWorld chat({.pace = 0s});
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  std::string lines;
  for (int line = 0; line < 1000; ++line) lines += std::string(1000, 'x') + "\n";
  eve->takeReceived();
  bob->transport->write(lines);
  chat.world.runUntilIdle();
  CHECK(linesIn(eve->received()) == 1000);
}

TEST_CASE("chat survives that a thousand members come and leave at once [K7]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  std::vector<std::shared_ptr<sim::Recorder>> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.push_back(chat.world.host("client").connect<sim::Recorder>("server", 8001));
  }
  chat.world.runUntilIdle();
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    crowd[i]->transport->write("m" + std::to_string(i) + "\n");
  }
  chat.world.runUntilIdle();
  CHECK(chat.room->size() == 1001);
  eve->takeReceived();
  for (const auto& member : crowd) member->transport->loseConnection();
  chat.world.runUntilIdle();
  CHECK(chat.room->size() == 1);
  CHECK(linesIn(eve->received()) == 1000);
}

namespace {

// A thousand strangers who all say their names at once, before eve.
struct Rush {
  Rush() {
    for (int i = 0; i < 1000; ++i) {
      crowd.push_back(chat.world.host("client").connect<sim::Recorder>("server", 8001));
      if (i % 100 == 0) chat.world.runUntilIdle();
    }
    chat.world.runUntilIdle();
    for (const auto& each : crowd) each->takeReceived();
  }

  // Turns until all is quiet; returns the most bytes that one turn sent. Calls `meanwhile` once,
  // after the first turn that sent more than 100 kB.
  std::uint64_t run(const std::function<void()>& meanwhile = [] {}) {
    Reactor& server = chat.world.host("server").reactor();
    std::uint64_t before = server.statistics().bytesSent;
    std::uint64_t most = 0;
    const auto look = [&] {
      const std::uint64_t sent = server.statistics().bytesSent;
      const bool isFirst = most <= 100'000;
      most = std::max(most, sent - std::exchange(before, sent));
      if (isFirst && most > 100'000) meanwhile();
      return false;
    };
    chat.world.runUntil(look, 1s);
    return most;
  }

  ChatWorld chat;
  std::shared_ptr<sim::Recorder> eve = chat.member("eve");
  std::vector<std::shared_ptr<sim::Recorder>> crowd;
};

std::string nameOf(std::size_t i) { return "m" + std::to_string(i); }

}  // namespace

TEST_CASE("chat spreads what a thousand members say as they join over turns, in one order [K7]") {
  Rush rush;
  std::vector<std::string> said;
  for (std::size_t i = 0; i < rush.crowd.size(); ++i) {
    rush.crowd[i]->transport->write(nameOf(i) + "\nhello\n");
    said.push_back("*** " + nameOf(i) + " has joined\r\n<" + nameOf(i) + "> hello\r\n");
  }
  rush.crowd.back()->transport->write("/msg m0 psst\n/msg eve psst\n");
  const std::uint64_t most = rush.run();
  CHECK(most > 1'000'000);
  CHECK(most < 6'000'000);

  // A private message, too, comes after what was said before it.
  const std::string whisper = "[m999 to you] psst\r\n";
  std::string rest;  // what the others said after the one that is looked at
  for (std::size_t i = rush.crowd.size(); i-- > 0; rest = said[i] + rest) {
    REQUIRE(rush.crowd[i]->received() ==
            "Welcome, " + nameOf(i) + "!\r\n" + rest + (i == 0 ? whisper : ""));
  }
  CHECK(rush.eve->received() == rest + whisper);
}

TEST_CASE("chat loses no line when most members leave while it is told over turns [K7]") {
  Rush rush;
  const std::string text(40, 'x');  // some ten turns of it
  const auto all = [&](const std::function<void(std::size_t)>& speak) {
    for (std::size_t i = 0; i < rush.crowd.size(); ++i) speak(i);
  };
  all([&](std::size_t i) { rush.crowd[i]->transport->write(nameOf(i) + "\n"); });
  rush.run();
  all([&](std::size_t i) {
    rush.crowd[i]->takeReceived();
    rush.crowd[i]->transport->write(text + "\n");
  });
  rush.run([&] {
    for (std::size_t i = 0; i < 700; ++i) rush.crowd[i]->transport->abortConnection();
  });
  CHECK(rush.chat.room->size() == 301);
  for (std::size_t i = 700; i < rush.crowd.size(); ++i) {
    std::string expected;
    all([&](std::size_t other) {
      if (other != i) expected += "<" + nameOf(other) + "> " + text + "\r\n";
    });
    const std::string heard = rush.crowd[i]->received();
    REQUIRE(heard.starts_with(expected));
    REQUIRE(linesIn(heard) == 999 + 700);
  }
}

TEST_CASE("chat tells every member, the nameless too, when the server stops") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  const auto stranger = chat.stranger();
  for (const auto& person : {eve, bob, stranger}) person->takeReceived();
  chat.world.host("server").run([] { reactor().drain(); });
  chat.world.advance(1s);
  for (const auto& person : {eve, bob, stranger}) {
    CHECK(person->received() == "*** The server is stopping. Goodbye.\r\n");
    CHECK(person->lost());
    CHECK(person->reason().check<ConnectionDone>());
  }
}
