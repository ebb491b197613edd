// What is said in a room, and who hears it.

#include <doctest/doctest.h>

#include <string>

#include "sim/chat/chatter.h"
#include "support/split.h"

using namespace ropewalk;
using namespace ropewalk::test;

TEST_CASE("chat speaks the sample's protocol byte for byte [PO19]") {
  ChatWorld chat;
  const auto bob = chat.stranger();
  CHECK(bob->takeReceived() == "What's your name?\r\n");
  chat.says(bob, "bob");
  CHECK(bob->takeReceived() == "Welcome, bob!\r\n");

  const auto eve = chat.stranger();
  CHECK(eve->takeReceived() == "What's your name?\r\n");
  chat.says(eve, "bob");
  CHECK(eve->takeReceived() == "Name taken, please choose another.\r\n");
  chat.says(eve, "eve");
  CHECK(eve->takeReceived() == "Welcome, eve!\r\n");

  bob->takeReceived();
  chat.says(bob, "hi");
  CHECK(eve->takeReceived() == "<bob> hi\r\n");
  CHECK(bob->takeReceived() == "");

  bob->transport->loseConnection();
  chat.world.advance(1s);
  const auto another = chat.stranger();
  another->takeReceived();
  chat.says(another, "bob");
  CHECK(another->takeReceived() == "Welcome, bob!\r\n");
}

TEST_CASE("chat takes lines that end in LF or CRLF, however they are cut") {
  forEverySplit("bob\nhi\r\nthere\n", [](const Pieces& pieces) {
    ChatWorld chat;
    const auto eve = chat.member("eve");
    const auto bob = chat.stranger();
    for (const std::string_view piece : pieces) {
      bob->transport->write(piece);
      chat.world.runUntilIdle();
    }
    CHECK(eve->received() == "*** bob has joined\r\n<bob> hi\r\n<bob> there\r\n");
  });
}

TEST_CASE("chat tells who joins and who leaves, and nobody twice") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  CHECK(eve->takeReceived() == "*** bob has joined\r\n");
  bob->transport->loseConnection();
  chat.world.advance(10s);
  CHECK(eve->takeReceived() == "*** bob has left\r\n");
  CHECK(chat.room->size() == 1);

  const auto ann = chat.member("ann");
  CHECK(eve->takeReceived() == "*** ann has joined\r\n");
  ann->transport->abortConnection();
  chat.world.runUntilIdle();
  CHECK(eve->takeReceived() == "*** ann has left\r\n");
}

TEST_CASE("chat tells nothing to and nothing of those who have no name yet [K11]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto stranger = chat.stranger();
  stranger->takeReceived();
  chat.says(eve, "a secret");
  chat.member("bob");
  CHECK(stranger->takeReceived() == "");
  eve->takeReceived();
  stranger->transport->loseConnection();
  chat.world.advance(10s);
  CHECK(eve->takeReceived() == "");
}

TEST_CASE("chat ignores empty lines") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  chat.says(bob, "");
  chat.says(bob, "x");
  CHECK(eve->takeReceived() == "<bob> x\r\n");
}

TEST_CASE("chat makes one line of one line, whatever is in it [K3]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  chat.says(bob, "a\r[James] hi\v\f\x85 b\x1B[2J");
  CHECK(eve->takeReceived() == "<bob> a?[James] hi??? b?[2J\r\n");
  chat.says(bob, "*** eve has left");
  CHECK(eve->takeReceived() == "<bob> *** eve has left\r\n");
  chat.says(bob, "/me ** eve has left");
  CHECK(eve->takeReceived() == "* bob ** eve has left\r\n");
}

TEST_CASE("chat announces what the server says to everybody") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  chat.world.host("server").run([&] { chat.room->announce("back\tin\n5 minutes"); });
  chat.world.runUntilIdle();
  CHECK(eve->takeReceived() == "*** back?in?5 minutes\r\n");
  CHECK(bob->takeReceived() == "*** back?in?5 minutes\r\n");
}

TEST_CASE("chat answers a line over the limit with an error, then hangs up [K1]") {
  ChatWorld chat;
  const auto eve = chat.member("eve");
  const auto bob = chat.member("bob");
  eve->takeReceived();
  const std::string longest(1024, 'x');
  chat.says(bob, longest);
  CHECK(eve->takeReceived() == "<bob> " + longest + "\r\n");
  chat.says(bob, longest + "x");
  CHECK(bob->takeReceived() == "*** Line too long, the limit is 1024 bytes. Goodbye.\r\n");
  CHECK(eve->takeReceived() == "*** bob has left\r\n");
  chat.world.advance(3s);
  CHECK(bob->reason().check<ConnectionDone>());
}

TEST_CASE("chat does not wait for the end of a line that has none [K1]") {
  ChatWorld chat;
  const auto bob = chat.member("bob");
  bob->transport->write(std::string(2000, 'x'));
  chat.world.runUntilIdle();
  CHECK(bob->takeReceived() == "*** Line too long, the limit is 1024 bytes. Goodbye.\r\n");
}
