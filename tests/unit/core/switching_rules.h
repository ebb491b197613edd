#pragma once

// One protocol gives its connection to another one: Transport::switchProtocol(). Rules LF1 to LF4
// hold for each of the two. Ends are in switching_end_rules.h.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/room_waiter.h"
#include "ropewalk/stream_protocol.h"
#include "support/feeder.h"
#include "support/pattern.h"
#include "unit/core/switched.h"

namespace ropewalk::test {
namespace {

TEST_CASE("switchProtocol gives every later callback to the next protocol [LF3]") {
  std::shared_ptr<Scripted> next;
  Switched switched(gives(next, "unread "), answering());
  next = switched.next;
  switched.go();
  switched.until("next made");
  switched.client().write("more");
  switched.talk.wire.until([&] { return switched.talk.client().received.size() == 24; });
  CHECK(switched.talk.client().received == "old old next unread more");
  CHECK(switched.talk.server().received == "go");
  switched.client().loseConnection();
  switched.until("next lost");
  switched.checkOld();
  CHECK(next->reason.check<ConnectionDone>());
  CHECK(switched.talk.story.count("next made") == 1);
}

TEST_CASE("between the call of switchProtocol and the switch nothing is delivered [LF4]") {
  Switched switched({}, answering());
  switched.begin();
  switched.client().write("later");
  switched.server().switchProtocol(switched.next, "unread ");
  CHECK(!switched.next->isMade);
  CHECK(switched.server().isConnected());
  switched.until("next made");
  switched.talk.wire.until([&] { return switched.next->received == "unread later"; });
  CHECK(switched.talk.server().received.empty());
}

TEST_CASE("no byte is lost or out of order across a switch, whatever its size [LF2]") {
  std::shared_ptr<Scripted> next;
  Script serving;
  serving.data = [&](Scripted& self, std::string_view data) {
    self.transport->switchProtocol(next, std::string(data));
  };
  Switched switched(serving);
  next = switched.next;
  switched.go(pattern(0, Wire::kTooMuch));
  switched.talk.wire.until([&] { return next->received.size() == Wire::kTooMuch; });
  CHECK(isPattern(next->received, Wire::kTooMuch));
}

TEST_CASE("a pause of the protocol that gives up is undone; one of the next keeps `unread` [PC1]") {
  Script nextScript;
  SUBCASE("the next reads on") {}
  SUBCASE("the next pauses, too") { nextScript = deaf(); }
  Switched switched({}, nextScript);
  switched.begin();
  switched.server().pauseProducing();
  switched.client().write("kernel");
  switched.talk.wire.settle();
  switched.server().switchProtocol(switched.next, "unread ");
  switched.until("next made");
  switched.talk.wire.settle();
  if (nextScript.made) {
    CHECK(switched.next->received.empty());
    switched.next->transport->resumeProducing();
  }
  switched.talk.wire.until([&] { return switched.next->received == "unread kernel"; });
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
  Switched switched({}, nextScript);
  switched.begin();
  const TransportRef kept = switched.talk.server().transport;
  server = &*kept;
  server->registerProducer(feeder, Streaming::Push);
  server->switchProtocol(switched.next);
  switched.talk.wire.until([&] { return switched.talk.client().received == "next"; });
  CHECK(feeder->stops == 1);
  CHECK(nextFeeder->stops == 0);
  CHECK(kept->isConnected());
  kept->unregisterProducer();
}

// Counts what it is told.
struct CountingWaiter final : RoomWaiter {
  ~CountingWaiter() { stopAwaitingRoom(); }
  void roomAvailable() override { ++available; }
  void roomLost() noexcept override { ++lost; }
  int available = 0;
  int lost = 0;
};

TEST_CASE("room waiters of the old protocol get roomLost, and the next one may have its own") {
  CountingWaiter old, own;
  Script nextScript;
  nextScript.made = [&](Scripted& self) { CHECK(self.transport->awaitRoom(own, 0)); };
  Switched switched({}, nextScript, deaf());
  switched.begin();
  switched.server().write(pattern(0, Wire::kTooMuch));
  CHECK(switched.server().awaitRoom(old, 0));
  switched.server().switchProtocol(switched.next);
  switched.until("next made");
  CHECK(old.lost == 1);
  CHECK(!old.awaitsRoom());
  switched.client().resumeProducing();
  switched.talk.wire.until([&] { return own.available == 1; });
  CHECK(old.available == 0);
}

TEST_CASE("what the old protocol started ends with the switch [LF9]") {
  Switched switched;
  switched.begin();
  Scripted& old = switched.talk.server();
  bool called = false, resumed = false;
  DelayedCall call = old.callLater(1s, [&] { called = true; });
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
  switched.server().switchProtocol(switched.next);
  late();
  switched.until("next made");
  CHECK(!call.active());
  late();
  old.callLater(0s, [&] { called = true; });
  old.transport->write("dead");
  switched.client().write("ping");
  switched.talk.wire.until([&] { return switched.next->received == "ping"; });
  CHECK(!called);
  CHECK(!resumed);
  CHECK(!switched.next->isLost);
  CHECK(switched.talk.client().received.empty());
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
  Switched switched({}, second);
  third = std::make_shared<Scripted>(switched.talk.story, "third", last);
  switched.begin();
  switched.client().write("kernel");
  switched.server().switchProtocol(switched.next, "second ");
  switched.until("third made");
  switched.talk.wire.until([&] { return third->received == wanted; });
  switched.client().loseConnection();
  switched.until("third lost");
  CHECK(!switched.next->isLost);
  switched.checkOld();
}

TEST_CASE("switchProtocol refuses what it cannot do, and a dead transport ignores it") {
  Switched switched;
  switched.begin();
  CHECK_THROWS_AS(switched.server().switchProtocol(nullptr), std::invalid_argument);
  switched.server().switchProtocol(switched.next, "one");
  const auto other = std::make_shared<Protocol>();
  CHECK_THROWS_AS(switched.server().switchProtocol(other, "two"), UserError);
  CHECK(other.use_count() == 1);
  switched.until("next made");
  switched.talk.wire.until([&] { return switched.next->received == "one"; });
  switched.server().switchProtocol(other);  // the old one's transport is dead
  CHECK(other.use_count() == 1);
  const TransportRef kept = switched.next->transport;
  switched.client().loseConnection();
  switched.until("next lost");
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

}  // namespace
}  // namespace ropewalk::test
