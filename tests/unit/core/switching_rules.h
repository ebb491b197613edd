#pragma once

// One protocol gives its connection to another one: Transport::switchProtocol(). Rules LF1 to LF4,
// CL and HC hold for each of the two.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/stream_protocol.h"
#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/feeder.h"
#include "support/pattern.h"

namespace ropewalk::test {

// A conversation whose server has another protocol at hand: "next" in the story.
struct Relay {
  explicit Relay(const Script& serving = {}, const Script& nextScript = {},
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

TEST_CASE("switchProtocol gives every later callback to the next protocol [LF3]") {
  std::shared_ptr<Scripted> next;
  Relay relay(gives(next, "unread "), answering());
  next = relay.next;
  relay.go();
  relay.until("next made");
  relay.client().write("more");
  relay.talk.wire.until([&] { return relay.talk.client().received.size() == 24; });
  CHECK(relay.talk.client().received == "old old next unread more");
  CHECK(relay.talk.server().received == "go");
  relay.client().loseConnection();
  relay.until("next lost");
  relay.checkOld();
  CHECK(next->reason.check<ConnectionDone>());
  CHECK(relay.talk.story.count("next made") == 1);
}

TEST_CASE("between the call of switchProtocol and the switch nothing is delivered [LF4]") {
  Relay relay({}, answering());
  relay.begin();
  relay.client().write("later");
  relay.server().switchProtocol(relay.next, "unread ");
  CHECK(!relay.next->isMade);
  CHECK(relay.server().isConnected());
  relay.until("next made");
  relay.talk.wire.until([&] { return relay.next->received == "unread later"; });
  CHECK(relay.talk.server().received.empty());
}

TEST_CASE("no byte is lost or out of order across a switch, whatever its size [LF2]") {
  std::shared_ptr<Scripted> next;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view data) {
    self.transport->switchProtocol(next, std::string(data));
  };
  Relay relay(serving);
  next = relay.next;
  relay.go(pattern(0, Wire::kTooMuch));
  relay.talk.wire.until([&] { return next->received.size() == Wire::kTooMuch; });
  CHECK(isPattern(next->received, Wire::kTooMuch));
}

TEST_CASE("a pause of the protocol that gives up is undone; one of the next keeps `unread` [PC1]") {
  Script nextScript;
  SUBCASE("the next reads on") {}
  SUBCASE("the next pauses, too") { nextScript = deaf(); }
  Relay relay({}, nextScript);
  relay.begin();
  relay.server().pauseProducing();
  relay.client().write("kernel");
  relay.talk.wire.settle();
  relay.server().switchProtocol(relay.next, "unread ");
  relay.until("next made");
  relay.talk.wire.settle();
  if (nextScript.made) {
    CHECK(relay.next->received.empty());
    relay.next->transport->resumeProducing();
  }
  relay.talk.wire.until([&] { return relay.next->received == "unread kernel"; });
}

TEST_CASE("the end of the peer's stream comes to the next protocol, behind `unread` [HC2]") {
  Script serving, nextScript;
  serving.readLost = [](Scripted&) {};
  std::string before;
  nextScript.readLost = [&](Scripted& self) {
    before = self.received;
    self.transport->loseConnection();
  };
  bool pauses = false;
  SUBCASE("seen by the old one already") {}
  SUBCASE("not seen yet") { serving = {}; }
  SUBCASE("while the next pauses") {
    pauses = true;
    nextScript.made = deaf().made;
  }
  Relay relay(serving, nextScript);
  relay.begin();
  if (!serving.readLost) relay.server().pauseProducing();
  relay.client().loseConnection();
  if (serving.readLost) relay.until("server read lost");
  relay.talk.wire.settle();
  relay.server().switchProtocol(relay.next, "unread");
  relay.until("next made");
  relay.talk.wire.settle();
  if (pauses) {
    CHECK(!relay.next->isReadLost);
    relay.next->transport->resumeProducing();
  }
  relay.until("next lost");
  CHECK(before == "unread");
  CHECK(relay.talk.story.count("next read lost") == 1);
}

TEST_CASE("the next protocol learns that this side's stream has ended [HC1]") {
  Script asking;
  asking.readLost = [](Scripted&) {};
  Relay relay({}, {}, asking);
  relay.begin();
  relay.server().write("bye");
  relay.server().loseWriteConnection();
  SUBCASE("before the switch") { relay.until("server write lost"); }
  SUBCASE("with it") {}
  relay.server().switchProtocol(relay.next);
  relay.until("next write lost");
  relay.client().loseConnection();
  relay.until("next lost");
  CHECK(relay.talk.client().received == "bye");
}

TEST_CASE("a switch stops the old producer, and the next protocol may have its own [PC5]") {
  const auto feeder = std::make_shared<Feeder>();
  const auto nextFeeder = std::make_shared<Feeder>();
  // What an old producer says when it is stopped is not for the next protocol's connection.
  Transport* server = nullptr;
  feeder->onStop = [&](Feeder&) {
    server->write("from the old one");
    server->unregisterProducer();
    server->abortConnection();
  };
  Script nextScript;
  nextScript.made = [&](Scripted& self) {
    self.transport->registerProducer(nextFeeder, Streaming::Push);
    self.transport->write("next");
  };
  Relay relay({}, nextScript);
  relay.begin();
  const TransportRef kept = relay.talk.server().transport;
  server = &*kept;
  server->registerProducer(feeder, Streaming::Push);
  server->switchProtocol(relay.next);
  relay.talk.wire.until([&] { return relay.talk.client().received == "next"; });
  CHECK(feeder->stops == 1);
  CHECK(nextFeeder->stops == 0);
  CHECK(kept->isConnected());
  kept->unregisterProducer();
}

TEST_CASE("what the old protocol started ends with the switch [LF9]") {
  Relay relay;
  relay.begin();
  Scripted& old = relay.talk.server();
  bool called = false, resumed = false;
  DelayedCall call = old.callLater(1ms, [&] { called = true; });
  Promise<void> never;
  old.spawn([&]() -> Deferred<void> {
    try {
      co_await never.deferred();
      resumed = true;
    } catch (const CancelledError&) {
      old.transport->write("too late");
      old.transport->loseConnection();
      throw std::runtime_error("this neither");
    }
  });
  auto late = old.whileConnected([&] { called = true; });
  relay.server().switchProtocol(relay.next);
  late();
  relay.until("next made");
  CHECK(!call.active());
  late();
  old.callLater(0s, [&] { called = true; });
  old.transport->write("dead");
  relay.client().write("ping");
  relay.talk.wire.until([&] { return relay.next->received == "ping"; });
  CHECK(!called);
  CHECK(!resumed);
  CHECK(!relay.next->isLost);
  CHECK(relay.talk.client().received.empty());
}

TEST_CASE("the coroutine that gives its connection away may return, without closing it") {
  struct Handshake : StreamProtocol {
    explicit Handshake(std::shared_ptr<Protocol> then) : next(std::move(then)) {}
    Deferred<void> serve() override {
      const auto line = co_await readLine();
      write("hello " + *line + "\r\n");
      transport->switchProtocol(next, takeUnread());
    }
    std::shared_ptr<Protocol> next;
  };
  Story story;
  Wire wire;
  const auto next = std::make_shared<Scripted>(story, "next", answering());
  const auto clients = scripted(story, "client");
  {
    const auto port = wire.listen(Factory::forProtocol<Handshake>(next));
    wire.connect(*port, clients);
    wire.until([&] { return story.has("client made"); });
    clients->built[0]->transport->write("me\r\nfirst\r\nsecond");
    const std::string_view wanted = "hello me\r\nnext first\r\nsecond";
    wire.until([&] { return clients->built[0]->received == wanted; });
    clients->built[0]->transport->loseConnection();
    wire.until([&] { return story.has("next lost"); });
  }
  CHECK(next->reason.check<ConnectionDone>());
  clients->built.clear();
}

TEST_CASE("a connection that ends before the switch is the next protocol's to mourn [LF3]") {
  const QuietLog quiet;
  Relay relay;
  relay.begin();
  std::function<void()> end;
  SUBCASE("closed") {
    end = [&] { relay.server().loseConnection(); };
  }
  SUBCASE("aborted") {
    end = [&] { relay.server().abortConnection(); };
  }
  SUBCASE("by a stop") {
    end = [&] { relay.talk.wire.serverReactor().stop(); };
  }
  relay.talk.wire.serverReactor().callLater(0s, [&] {
    relay.server().switchProtocol(relay.next, "unread");
    end();
  });
  relay.until("next lost");
  CHECK(relay.talk.story.inOrder("next made", "next lost"));
  relay.checkOld();
}

TEST_CASE("a connection that is ending already goes to the next protocol without input") {
  const QuietLog quiet;
  Relay relay({}, {}, deaf());
  relay.begin();
  SUBCASE("closing") {
    relay.server().write(pattern(0, Wire::kTooMuch));
    relay.server().loseConnection();
    relay.talk.wire.settle();
  }
  SUBCASE("aborted") { relay.server().abortConnection(); }
  relay.server().switchProtocol(relay.next, "unread");
  relay.until("next made");
  relay.client().abortConnection();
  relay.until("next lost");
  CHECK(relay.next->received.empty());
  relay.checkOld();
}

TEST_CASE("an exception of either protocol ends the connection with it as the reason [LF7]") {
  const QuietLog quiet;
  Script serving, nextScript;
  std::shared_ptr<Scripted> next;
  serving.data = [&](Scripted& self, std::string_view) {
    self.transport->switchProtocol(next, "unread");
  };
  SUBCASE("the old one's, after the call") {
    serving.data = [&](Scripted& self, std::string_view) {
      self.transport->switchProtocol(next, "unread");
      throw std::runtime_error("by a test");
    };
  }
  SUBCASE("in connectionMade") {
    nextScript.made = [](Scripted&) { throw std::runtime_error("by a test"); };
  }
  SUBCASE("with `unread`") {
    nextScript.data = [](Scripted&, std::string_view) { throw std::runtime_error("by a test"); };
  }
  Relay relay(serving, nextScript);
  next = relay.next;
  relay.go();
  relay.until("next lost");
  CHECK(next->reason.check<std::runtime_error>());
  relay.checkOld();
}

TEST_CASE("the next protocol may give the connection on, with what it did not use [LF2]") {
  Script last;
  std::shared_ptr<Scripted> third;
  Script second;
  std::string wanted = "first second kernel";
  SUBCASE("at once") {
    second.made = [&](Scripted& self) { self.transport->switchProtocol(third, "first "); };
  }
  SUBCASE("when it gets the bytes") {
    second.data = [&](Scripted& self, std::string_view data) {
      self.transport->switchProtocol(third, "first " + std::string(data));
    };
  }
  SUBCASE("after a pause") {
    second.made = [&](Scripted& self) {
      self.transport->pauseProducing();
      self.callLater(1ms, [&] { self.transport->switchProtocol(third, "first "); });
    };
  }
  Relay relay({}, second);
  third = std::make_shared<Scripted>(relay.talk.story, "third", last);
  relay.begin();
  relay.client().write("kernel");
  relay.server().switchProtocol(relay.next, "second ");
  relay.until("third made");
  relay.talk.wire.until([&] { return third->received == wanted; });
  relay.client().loseConnection();
  relay.until("third lost");
  CHECK(!relay.next->isLost);
  relay.checkOld();
}

TEST_CASE("the end of the peer's stream does not come to a next protocol that has closed [CL5]") {
  Script serving, nextScript;
  serving.readLost = [](Scripted&) {};
  nextScript.made = [](Scripted& self) { self.transport->loseConnection(); };
  Relay relay(serving, nextScript);
  relay.begin();
  relay.client().loseConnection();
  relay.until("server read lost");
  relay.server().switchProtocol(relay.next);
  relay.until("next lost");
  CHECK(!relay.next->isReadLost);
}

TEST_CASE("a switch that a stop finds undone is made first [LF3]") {
  const QuietLog quiet;
  std::shared_ptr<Scripted> next;
  std::vector<std::shared_ptr<Scripted>>* servers = nullptr;
  Script serving;
  serving.lost = [&](Scripted& self, const Failure&) {
    Scripted& other = *servers->at(servers->at(0).get() == &self ? 1 : 0);
    other.transport->switchProtocol(next);
  };
  Relay relay(serving);
  next = relay.next;
  servers = &relay.talk.serverFactory->built;
  relay.begin();
  relay.talk.another();
  relay.talk.wire.serverReactor().callLater(0s, [&] { relay.talk.wire.serverReactor().stop(); });
  relay.until("next lost");
  CHECK(relay.talk.story.inOrder("next made", "next lost"));
  CHECK(relay.talk.story.count("server lost") == 1);
}

TEST_CASE("switchProtocol refuses what it cannot do, and a dead transport ignores it") {
  Relay relay;
  relay.begin();
  CHECK_THROWS_AS(relay.server().switchProtocol(nullptr), std::invalid_argument);
  relay.server().switchProtocol(relay.next, "one");
  const auto other = std::make_shared<Protocol>();
  CHECK_THROWS_AS(relay.server().switchProtocol(other, "two"), UserError);
  CHECK(other.use_count() == 1);
  relay.until("next made");
  relay.talk.wire.until([&] { return relay.next->received == "one"; });
  relay.server().switchProtocol(other);  // the old one's transport is dead
  CHECK(other.use_count() == 1);
  const TransportRef kept = relay.next->transport;
  relay.client().loseConnection();
  relay.until("next lost");
  kept->switchProtocol(other, "two");
  CHECK(other.use_count() == 1);
}

TEST_CASE("the old protocol is destroyed at the switch, before the next begins") {
  Story story;
  struct Mortal : Protocol {
    explicit Mortal(Story& told, std::shared_ptr<Protocol> then)
        : story(told), next(std::move(then)) {}
    ~Mortal() override { story.add("old destroyed"); }
    void dataReceived(std::string_view) override { transport->switchProtocol(next); }
    Story& story;
    std::shared_ptr<Protocol> next;
  };
  Wire wire;
  const auto next = std::make_shared<Scripted>(story, "next", Script{});
  const auto clients = scripted(story, "client");
  const auto port = wire.listen(Factory::forProtocol<Mortal>(std::ref(story), next));
  wire.connect(*port, clients);
  wire.until([&] { return story.has("client made"); });
  clients->built[0]->transport->write("go");
  wire.until([&] { return story.has("next made"); });
  CHECK(story.inOrder("old destroyed", "next made"));
  clients->built[0]->transport->loseConnection();
  wire.until([&] { return story.has("next lost"); });
  clients->built.clear();
}

TEST_CASE("a connection that was idle is not closed for another one after the switch") {
  ListenOptions options;
  options.maxConnections = 1;
  Conversation<Wire> talk({}, {}, options);
  talk.begin();
  const auto next = std::make_shared<Scripted>(talk.story, "next", Script{});
  talk.server().transport->setIdle(true);
  talk.server().transport->switchProtocol(next);
  talk.wire.until([&] { return next->isMade; });
  talk.wire.connect(*talk.port, talk.clientFactory);
  talk.wire.settle();
  CHECK(!next->isLost);
  talk.client().transport->loseConnection();
  talk.wire.until([&] { return next->isLost; });
}

}  // namespace ropewalk::test
