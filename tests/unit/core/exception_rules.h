#pragma once

// What an exception out of a callback does, and what it leaves alone: rules LF7, LF8, LF9, LF16,
// HC4.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/pattern.h"

namespace ropewalk::test {
namespace {

// What user code may throw: something with a text, and something that is not even an exception.
inline void throwText() { throw std::runtime_error("thrown by a test"); }
inline void throwNumber() { throw 42; }
using Thrower = void (*)();
inline constexpr Thrower kThrowers[] = {throwText, throwNumber};

inline bool isWhatWasThrown(const Failure& why, Thrower thrower) {
  return thrower == throwText ? why.check<std::runtime_error>() && why.what() == "thrown by a test"
                              : why.check<int>();
}

using Order = void (*)(Transport&);

// A third pair on the same port that must not notice anything.
class Bystander {
 public:
  explicit Bystander(Conversation<Wire>& talk)
      : talk_(talk), here_(talk.another()), there_(*talk.serverFactory->built.back()) {}

  // Says something and waits until it has arrived.
  void isUnharmed() {
    CHECK(!here_.isLost);
    CHECK(!there_.isLost);
    there_.received.clear();
    here_.transport->write("still here");
    talk_.wire.until(
        [&] { return there_.received.find("still here") != std::string::npos || there_.isLost; });
    CHECK(!there_.isLost);
  }

 private:
  Conversation<Wire>& talk_;
  Scripted& here_;
  Scripted& there_;
};

// Throws in the first server's dataReceived only: later ones are bystanders.
inline Script throwingOnData(Thrower thrower, bool& isThrown) {
  Script script;
  script.data = [thrower, &isThrown](Scripted&, std::string_view) {
    if (std::exchange(isThrown, true)) return;
    thrower();
  };
  return script;
}

TEST_CASE("an exception in dataReceived ends that connection with that reason [LF7]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    bool isThrown = false;
    Conversation<Wire> talk(throwingOnData(thrower, isThrown));
    talk.begin();
    Bystander bystander(talk);
    talk.client().transport->write("?");
    talk.end();
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
    CHECK(talk.story.count("server lost") == 1);
    // The other side sees a clean close.
    CHECK(talk.client().reason.check<ConnectionDone>());
    bystander.isUnharmed();
  }
}

TEST_CASE("after an exception in dataReceived the rest of what arrived is not delivered [LF7]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.data = [&](Scripted&, std::string_view) { thrower(); };
    Script asking;
    // More than one piece, less than what lingering throws away.
    asking.made = [](Scripted& self) { self.transport->write(pattern(0, 100'000)); };
    Conversation<Wire> talk(serving, asking);
    talk.begin().end();
    CHECK(talk.story.count("server data") == 1);
    CHECK(talk.client().reason.check<ConnectionDone>());
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
  }
}

TEST_CASE("an exception in dataReceived ends a connection that has a full queue too [LF7]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.data = [&](Scripted& self, std::string_view) {
      self.transport->write(pattern(0, Wire::kTooMuch));
      thrower();
    };
    Conversation<Wire> talk(serving);
    talk.begin();
    talk.client().transport->write("?");
    talk.end();
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
    CHECK(talk.story.count("server lost") == 1);
    CHECK(talk.client().reason.check<ConnectionDone>());
  }
}

TEST_CASE("an exception in dataReceived of one that is closing already ends it once [LF7]") {
  const QuietLog quiet;
  bool isAborting = false;
  SUBCASE("after loseConnection") {}
  SUBCASE("after abortConnection") { isAborting = true; }
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.data = [&](Scripted& self, std::string_view) {
      if (isAborting) {
        self.transport->abortConnection();
      } else {
        self.transport->loseConnection();
      }
      thrower();
    };
    Conversation<Wire> talk(serving);
    talk.begin();
    talk.client().transport->write("?");
    talk.end();
    talk.wire.settle();
    CHECK(talk.story.count("server lost") == 1);
    if (!isAborting) CHECK(isWhatWasThrown(talk.server().reason, thrower));
    if (isAborting) CHECK(talk.server().reason);
  }
}

TEST_CASE("an exception in a server's connectionMade ends that connection with that reason [LF8]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    bool isThrown = false;
    Script serving;
    serving.made = [&](Scripted&) {
      if (!std::exchange(isThrown, true)) thrower();
    };
    Script asking;
    asking.made = [](Scripted& self) { self.transport->write("is that you?"); };
    Conversation<Wire> talk(serving, asking);
    talk.begin().end();
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
    CHECK(!talk.story.has("server data"));
    CHECK(talk.client().reason.check<ConnectionDone>());
    Bystander(talk).isUnharmed();
  }
}

TEST_CASE("an exception in a client's connectionMade ends that connection with that reason [LF8]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    bool isThrown = false;
    Script asking;
    asking.made = [&](Scripted&) {
      if (!std::exchange(isThrown, true)) thrower();
    };
    Conversation<Wire> talk({}, asking);
    talk.begin().end();
    talk.wire.until([&] { return talk.story.has("client connector lost"); });
    CHECK(isWhatWasThrown(talk.client().reason, thrower));
    CHECK(isWhatWasThrown(talk.clientFactory->reason, thrower));
    CHECK(talk.server().reason.check<ConnectionDone>());
    CHECK(talk.connector->state() == Connector::State::Disconnected);
    Bystander(talk).isUnharmed();
  }
}

TEST_CASE("an exception in connectionMade does not undo what was written before it [LF8]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.made = [&](Scripted& self) {
      self.transport->write("sorry");
      thrower();
    };
    Conversation<Wire> talk(serving);
    talk.begin().end();
    CHECK(talk.client().received == "sorry");
    CHECK(talk.client().reason.check<ConnectionDone>());
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
  }
}

TEST_CASE(
    "an exception in buildProtocol closes that connection and the port goes on accepting [LF9]") {
  const QuietLog quiet;
  bool speaks = false;
  SUBCASE("which says nothing") {}
  SUBCASE("which has said something by then") { speaks = true; }
  for (const Thrower thrower : kThrowers) {
    Script asking;
    asking.made = [&](Scripted& self) {
      if (std::exchange(speaks, false)) self.transport->write("hello?");
    };
    Conversation<Wire> talk({}, asking);
    talk.serverFactory->onBuild = [&](const Address&) { thrower(); };
    talk.wire.until([&] { return talk.story.has("client lost"); });
    CHECK(talk.serverFactory->built.empty());

    talk.serverFactory->onBuild = nullptr;
    Bystander(talk).isUnharmed();
  }
}

TEST_CASE("an exception in stopFactory is contained [LF9]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  talk.begin();
  talk.serverFactory->onStop = throwText;
  bool isStopped = false;
  talk.port->stopListening().addCallback([&] { isStopped = true; });
  talk.wire.until([&] { return isStopped; });
  CHECK(talk.story.has("server stop"));
  // The connection that it accepted goes on.
  talk.client().transport->write("hello");
  talk.wire.until([&] { return talk.server().received == "hello"; });
}

TEST_CASE(
    "an exception in connectionLost does not hide it: the client's factory hears of the end "
    "[LF16]") {
  const QuietLog quiet;
  std::function<void(Conversation<Wire>&)> finish;
  SUBCASE("after an orderly end") {
    finish = [](auto& talk) { talk.server().transport->loseConnection(); };
  }
  SUBCASE("after a reset") {
    finish = [](auto& talk) { talk.server().transport->abortConnection(); };
  }
  SUBCASE("after its own abort") {
    finish = [](auto& talk) { talk.client().transport->abortConnection(); };
  }
  for (const Thrower thrower : kThrowers) {
    Script asking;
    asking.lost = [&](Scripted&, const Failure&) { thrower(); };
    Conversation<Wire> talk({}, asking);
    talk.begin();
    finish(talk);
    talk.end();
    talk.wire.until([&] { return talk.story.has("client stop"); });
    CHECK(talk.story.count("client lost") == 1);
    CHECK(talk.story.inOrder("client lost", "client connector lost"));
    CHECK(talk.story.inOrder("client connector lost", "client stop"));
    CHECK(talk.connector->state() == Connector::State::Disconnected);
  }
}

TEST_CASE(
    "an exception in a server's connectionLost leaks neither its place nor its count [LF16]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.lost = [&](Scripted&, const Failure&) { thrower(); };
    ListenOptions onlyOne;
    onlyOne.maxConnections = 1;
    Conversation<Wire> talk(serving, {}, onlyOne);
    talk.begin();
    const std::size_t open = talk.wire.serverReactor().statistics().open;
    for (int i = 0; i < 3; ++i) {
      talk.clientFactory->built.back()->transport->loseConnection();
      talk.another();
    }
    CHECK(talk.wire.serverReactor().statistics().open == open);
    CHECK(talk.story.count("server1 lost") == 1);
  }
}

TEST_CASE("an exception while the connection is torn down by another one is contained [LF16]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.data = [&](Scripted&, std::string_view) { thrower(); };
    serving.lost = [&](Scripted&, const Failure&) { thrower(); };
    Conversation<Wire> talk(serving);
    talk.begin();
    talk.client().transport->write("?");
    talk.end();
    talk.wire.settle();
    CHECK(talk.story.count("server lost") == 1);
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
  }
}

TEST_CASE("an exception in clientConnectionLost or clientConnectionFailed is contained [LF16]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  talk.clientFactory->onLost = [](Connector&, const Failure&) { throwText(); };
  talk.begin().client().transport->loseConnection();
  talk.end();
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK(talk.connector->state() == Connector::State::Disconnected);
}

// One line each: the log lets only ten of a kind through in a second.
inline std::string loggedWhen(const Script& serving, const Script& asking, Order order) {
  const CapturedLog log;
  Conversation<Wire> talk(serving, asking);
  talk.begin();
  if (order) order(*talk.client().transport);
  talk.end();
  return log.text();
}

inline bool isNamed(const std::string& logged, std::string_view name) {
  return logged.find(name) != std::string::npos &&
         logged.find("thrown by a test") != std::string::npos;
}

TEST_CASE("an exception in dataReceived is logged with the connection's name [LF7]") {
  Script serving;
  serving.data = [](Scripted&, std::string_view) { throwText(); };
  const Order ask = [](Transport& transport) { transport.write("?"); };
  CHECK(isNamed(loggedWhen(serving, {}, ask), "server,0,"));
}

TEST_CASE("an exception that is no std::exception is logged too [LF7]") {
  Script serving;
  serving.data = [](Scripted&, std::string_view) { throwNumber(); };
  const Order ask = [](Transport& transport) { transport.write("?"); };
  const std::string logged = loggedWhen(serving, {}, ask);
  CHECK(logged.find("server,0,") != std::string::npos);
  CHECK(logged.find("int") != std::string::npos);
}

TEST_CASE("an exception in connectionMade is logged with the connection's name [LF8]") {
  Script throwing;
  throwing.made = [](Scripted&) { throwText(); };
  SUBCASE("of a server") { CHECK(isNamed(loggedWhen(throwing, {}, nullptr), "server,0,")); }
  SUBCASE("of a client") { CHECK(isNamed(loggedWhen({}, throwing, nullptr), "client,client")); }
}

TEST_CASE("an exception in connectionLost is logged with the connection's name [LF16]") {
  Script throwing;
  throwing.lost = [](Scripted&, const Failure&) { throwText(); };
  const Order close = [](Transport& transport) { transport.loseConnection(); };
  CHECK(isNamed(loggedWhen(throwing, {}, close), "server,0,"));
}

TEST_CASE("an exception in buildProtocol is logged [LF9]") {
  const CapturedLog log;
  Conversation<Wire> talk;
  talk.serverFactory->onBuild = [](const Address&) { throwText(); };
  talk.wire.until([&] { return talk.story.has("client lost"); });
  CHECK(log.has("thrown by a test"));
}

TEST_CASE("what a protocol's timed call throws is logged in its connection's name [LF10]") {
  const CapturedLog log;
  Conversation<Wire> talk;
  talk.begin().server().callLater(0s, [] { throw std::runtime_error("too late"); });
  talk.end();
  CHECK(talk.server().reason.what() == "too late");
  CHECK(log.has("[server,0,", "a timed call threw std::runtime_error: too late"));
}

TEST_CASE("an exception in readConnectionLost ends the connection with that reason [HC4]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.readLost = [&](Scripted&) { thrower(); };
    Conversation<Wire> talk(serving);
    talk.begin().client().transport->loseWriteConnection();
    talk.end();
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
  }
}

TEST_CASE("an exception in writeConnectionLost ends the connection with that reason [HC4]") {
  const QuietLog quiet;
  for (const Thrower thrower : kThrowers) {
    Script serving;
    serving.writeLost = [&](Scripted&) { thrower(); };
    Script asking;
    asking.readLost = [](Scripted&) {};
    Conversation<Wire> talk(serving, asking);
    talk.begin().server().transport->loseWriteConnection();
    talk.wire.until([&] { return talk.story.has("client read lost"); });
    talk.client().transport->loseConnection();
    talk.end();
    CHECK(isWhatWasThrown(talk.server().reason, thrower));
  }
}

}  // namespace
}  // namespace ropewalk::test
