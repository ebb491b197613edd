#pragma once

// For tests of Transport::switchProtocol(), on the Wire that the including test has said.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "support/conversation.h"

namespace ropewalk::test {
namespace {

// A conversation whose server has another protocol at hand: "next" in the story.
struct Switched {
  explicit Switched(const Script& serving = {}, const Script& nextScript = {},
                    const Script& asking = {})
      : talk(serving, asking), next(std::make_shared<Scripted>(talk.story, "next", nextScript)) {}

  Transport& server() { return *talk.server().transport; }
  Transport& client() { return *talk.client().transport; }
  bool has(std::string_view event) { return talk.story.has(event); }
  void until(std::string_view event) {
    talk.wire.until([&] { return has(event); });
  }
  void begin() { talk.begin(); }

  // The server is told "go", and acts in dataReceived().
  void go(std::string_view text = "go") {
    talk.begin();
    client().write(text);
  }

  // Nothing came to the protocol that gave up.
  void checkOld() {
    CHECK(!talk.server().isLost);
    CHECK(!talk.server().isReadLost);
    CHECK(!server().isConnected());
  }

  Conversation<Wire> talk;
  std::shared_ptr<Scripted> next;
};

// Gives the connection away at the first bytes, with `unread`.
inline Script gives(std::shared_ptr<Scripted>& next, std::string unread = {}) {
  Script script;
  script.data = [&next, unread](Scripted& self, std::string_view) {
    self.transport->write("old ");
    self.transport->switchProtocol(next, unread);
    CHECK(!next->isMade);
    self.transport->write("old ");
  };
  return script;
}

inline Script answering() {
  Script script;
  script.made = [](Scripted& self) { self.transport->write("next "); };
  script.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  return script;
}

}  // namespace
}  // namespace ropewalk::test
