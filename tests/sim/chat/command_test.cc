// Lines that begin with a slash.

#include <doctest/doctest.h>

#include <string>

#include "sim/chat/chatter.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

// Bob types commands, and Eve listens.
struct TwoMembers : ChatWorld {
  explicit TwoMembers(const chat::Limits& limits = {.burst = 100}) : ChatWorld(limits) {
    eve = member("eve");
    bob = member("bob");
    eve->takeReceived();
  }

  // What Bob gets for `line`; with the line end cut off.
  std::string answer(std::string_view line) {
    says(bob, line);
    return withoutLineEnd(bob->takeReceived());
  }
  std::string heardByEve() { return withoutLineEnd(eve->takeReceived()); }

  static std::string withoutLineEnd(std::string text) {
    if (text.ends_with("\r\n")) text.resize(text.size() - 2);
    return text;
  }

  std::shared_ptr<sim::Recorder> eve;
  std::shared_ptr<sim::Recorder> bob;
};

}  // namespace

TEST_CASE("/who lists who is here, in order") {
  TwoMembers chat;
  chat.member("Ann");
  chat.bob->takeReceived();
  CHECK(chat.answer("/who") == "*** 3 here: Ann, bob, eve");
  CHECK(chat.answer("/WHO") == "*** 3 here: Ann, bob, eve");
}

TEST_CASE("/who lists no more names than the limit [K7]") {
  TwoMembers chat({.burst = 100, .namesListed = 2});
  chat.member("ann");
  chat.bob->takeReceived();
  CHECK(chat.answer("/who") == "*** 3 here: ann, bob ...");
}

TEST_CASE("/nick changes the name, tells everybody, and frees the old one") {
  TwoMembers chat;
  CHECK(chat.answer("/nick rob") == "*** bob is now rob");
  CHECK(chat.heardByEve() == "*** bob is now rob");
  chat.says(chat.bob, "hi");
  CHECK(chat.heardByEve() == "<rob> hi");
  CHECK(chat.answer("/who") == "*** 2 here: eve, rob");
  CHECK(chat.answer("/nick BOB") == "*** rob is now BOB");
  CHECK(chat.answer("/nick bob") == "*** BOB is now bob");
  CHECK(chat.answer("/nick bob") == "");
}

TEST_CASE("/nick takes only what would do for a newcomer, and keeps the old name else [K2]") {
  TwoMembers chat;
  CHECK(chat.answer("/nick EVE") == "Name taken, please choose another.");
  CHECK(chat.answer("/nick root") == "Name reserved, please choose another.");
  CHECK(chat.answer("/nick a b") ==
        "A name has 1 to 32 letters, digits, - or _, please choose another.");
  CHECK(chat.heardByEve() == "");
  CHECK(chat.answer("/who") == "*** 2 here: bob, eve");
}

TEST_CASE("/me tells what a member does") {
  TwoMembers chat;
  CHECK(chat.answer("/me waves\x07") == "");
  CHECK(chat.heardByEve() == "* bob waves?");
}

TEST_CASE("/msg tells one member alone [K11]") {
  TwoMembers chat;
  const auto ann = chat.member("ann");
  chat.bob->takeReceived();
  chat.eve->takeReceived();
  CHECK(chat.answer("/msg  EVE   you  there?\x1B") == "");
  CHECK(chat.heardByEve() == "[bob to you] you  there??");
  CHECK(ann->takeReceived() == "");
  CHECK(chat.answer("/msg zoe hi") == "*** Nobody here is called zoe.");
  CHECK(chat.answer("/msg \x07 hi") == "*** Nobody here is called ?.");
}

TEST_CASE("/quit says goodbye and closes") {
  TwoMembers chat;
  CHECK(chat.answer("/quit\r\nnot said any more") == "*** Goodbye.");
  CHECK(chat.heardByEve() == "*** bob has left");
  chat.world.advance(3s);
  CHECK(chat.bob->reason().check<ConnectionDone>());
}

TEST_CASE("/help lists every command") {
  TwoMembers chat;
  const std::string list = chat.answer("/help");
  for (const char* command :
       {"/who", "/nick NAME", "/me TEXT", "/msg NAME TEXT", "/help", "/quit"}) {
    CHECK(list.find("*** " + std::string(command) + ": ") != std::string::npos);
  }
}

TEST_CASE("an unknown command is answered with one line and told nobody [K10]") {
  TwoMembers chat;
  CHECK(chat.answer("/nick\tx") == "*** Unknown command /nick?x, try /help.");
  CHECK(chat.answer("/") == "*** Unknown command /, try /help.");
  CHECK(chat.answer("/whox") == "*** Unknown command /whox, try /help.");
  std::string manyWords = "/no";
  for (int i = 0; i < 500; ++i) manyWords += " a";
  CHECK(chat.answer(manyWords) == "*** Unknown command /no, try /help.");
  CHECK(chat.heardByEve() == "");
}

TEST_CASE("a command without what it needs is answered with its usage [K10]") {
  TwoMembers chat;
  CHECK(chat.answer("/nick") == "*** /nick NAME: changes your name");
  CHECK(chat.answer("/me   ") == "*** /me TEXT: tells what you do");
  CHECK(chat.answer("/msg") == "*** /msg NAME TEXT: tells only NAME");
  CHECK(chat.answer("/msg eve") == "*** /msg NAME TEXT: tells only NAME");
  CHECK(chat.heardByEve() == "");
}

TEST_CASE("two slashes begin a line with one") {
  TwoMembers chat;
  CHECK(chat.answer("//etc/passwd") == "");
  CHECK(chat.heardByEve() == "<bob> /etc/passwd");
}
