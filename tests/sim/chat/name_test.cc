// How strangers get their names.

#include <doctest/doctest.h>

#include <string>

#include "sim/chat/chatter.h"

using namespace ropewalk;
using namespace ropewalk::test;

TEST_CASE("chat asks again for a name that is no name [K2]") {
  ChatWorld chat({.burst = 100});
  const auto bob = chat.stranger();
  const std::string ask = "A name has 1 to 32 letters, digits, - or _, please choose another.\r\n";
  for (const std::string name : {"", " ", "bob ",
                                 "b\xC3\xB6"
                                 "b",
                                 "a\tb", "/quit", "*", "<bob>"}) {
    bob->takeReceived();
    chat.says(bob, name);
    CHECK(bob->takeReceived() == ask);
  }
  chat.says(bob, std::string(33, 'x'));
  CHECK(bob->takeReceived() == ask);
  CHECK(chat.room->size() == 0);
  chat.says(bob, std::string(32, 'x'));
  CHECK(bob->takeReceived() == "Welcome, " + std::string(32, 'x') + "!\r\n");
}

TEST_CASE("chat gives nobody a name of the server's [K2]") {
  ChatWorld chat;
  const auto bob = chat.stranger();
  bob->takeReceived();
  chat.says(bob, "Admin");
  CHECK(bob->takeReceived() == "Name reserved, please choose another.\r\n");
}

TEST_CASE("chat gives no name twice, whatever the case of its letters [K2]") {
  ChatWorld chat;
  chat.member("Bob");
  const auto other = chat.stranger();
  other->takeReceived();
  chat.says(other, "bOB");
  CHECK(other->takeReceived() == "Name taken, please choose another.\r\n");
}

TEST_CASE("chat hangs up on a peer that gives no name for a minute [K2]") {
  ChatWorld chat;
  const auto silent = chat.stranger();
  chat.world.advance(59s);
  CHECK_FALSE(silent->readLost());
  chat.world.advance(1s);
  CHECK(silent->received() == "What's your name?\r\n*** No name in 60 seconds. Goodbye.\r\n");
  CHECK(silent->lost());
  CHECK(silent->reason().check<ConnectionDone>());
}

TEST_CASE("chat gives a minute for a name, not for each that is refused [K2]") {
  ChatWorld chat;
  const auto picky = chat.stranger();
  for (int second = 0; second < 59; ++second) {
    chat.says(picky, "no name");
    chat.world.advance(1s);
  }
  CHECK_FALSE(picky->readLost());
  chat.world.advance(1s);
  CHECK(picky->readLost());
}

TEST_CASE("chat keeps a silent member that has a name [K9]") {
  ChatWorld chat;
  const auto bob = chat.member("bob");
  chat.world.advance(24h);
  CHECK_FALSE(bob->readLost());
  CHECK(chat.room->size() == 1);
}

TEST_CASE("chat frees a name in the moment its owner leaves [PO19]") {
  ChatWorld chat;
  const auto bob = chat.member("bob");
  // The server says goodbye, and waits for this side to close: that must not keep the name.
  chat.world.partition("server", "client");
  chat.world.host("server").run([&] { CHECK(chat.room->size() == 1); });
  chat.world.heal("server", "client");
  chat.says(bob, "/quit");
  CHECK(chat.room->size() == 0);
  const auto next = chat.stranger();
  next->takeReceived();
  chat.says(next, "bob");
  CHECK(next->takeReceived() == "Welcome, bob!\r\n");
}
