// How a reactor stops, on the real driver: RC1, RC2, RC8, RC13, and drain.

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/guarded_reactor.h"
#include "support/loopback_wire.h"
#include "support/pattern.h"
#include "support/raw_socket.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

TEST_CASE("stop before run throws ReactorNotRunning [RC1]") {
  Reactor reactor;
  CHECK_THROWS_AS(reactor.stop(), ReactorNotRunning);
  // It was not harmed.
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK_THROWS_AS(reactor.stop(), ReactorNotRunning);
}

TEST_CASE("stop while stopping throws ReactorNotRunning [RC2]") {
  Reactor reactor;
  int refused = 0;
  const auto stopAgain = [&] {
    try {
      reactor.stop();
    } catch (const ReactorNotRunning&) {
      ++refused;
    }
  };
  reactor.callWhenRunning([&] {
    reactor.stop();
    stopAgain();
  });
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, stopAgain);
  reactor.addSystemEventTrigger(Phase::During, SystemEvent::Shutdown, stopAgain);
  reactor.addSystemEventTrigger(Phase::After, SystemEvent::Shutdown, stopAgain);
  runUntilStopped(reactor);
  CHECK(refused == 4);
}

TEST_CASE("stop fires shutdown later: code behind it runs first [RC8]") {
  Story story;
  Reactor reactor;
  reactor.addSystemEventTrigger(Phase::Before, SystemEvent::Shutdown, [&] { story.add("before"); });
  reactor.callWhenRunning([&] {
    reactor.stop();
    story.add("behind stop");
  });
  runUntilStopped(reactor);
  CHECK(story.text() == "behind stop, before");
}

TEST_CASE("when the reactor stops every open connection ends with ConnectionLost [RC13][LF5]") {
  const QuietLog quiet;
  Script throwing;
  throwing.lost = [](Scripted&, const Failure&) { throw std::runtime_error("not now"); };
  Conversation<LoopbackWire> talk(throwing);
  talk.begin();
  talk.another();
  talk.another();
  Reactor& reactor = talk.wire.serverReactor();
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  for (const auto& factory : {talk.serverFactory, talk.clientFactory}) {
    REQUIRE(factory->built.size() == 3);
    for (const auto& each : factory->built) {
      CHECK(each->isLost);
      CHECK(each->reason.check<ConnectionLost>());
      CHECK(!each->reason.check<ConnectionAborted>());
    }
  }
  CHECK(talk.story.count("client connector lost") == 3);
  CHECK(talk.story.count("client stop") == 1);
  CHECK(talk.story.count("server stop") == 1);
  CHECK(!talk.port->isListening());
}

TEST_CASE("when the reactor stops connections that close, pause or connect end too [RC13]") {
  const QuietLog quiet;
  Story story;
  LoopbackWire wire;
  const auto serving =
      scripted(story, "server", {.made = [](Scripted& self) { self.transport->pauseProducing(); }});
  const auto asking = scripted(story, "client");
  const auto port = wire.listen(serving);
  wire.connect(*port, asking);
  wire.connect(*port, asking);
  wire.until([&] { return story.has("server1 made") && story.has("client1 made"); });
  asking->built[0]->transport->write(pattern(0, 16 * 1024 * 1024));
  asking->built[0]->transport->loseConnection();
  wire.settle();
  const auto waiting = scripted(story, "waiting");
  wire.connect(*port, waiting);
  Reactor& reactor = wire.serverReactor();
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  for (const char* name : {"server", "server1", "client", "client1"}) {
    CHECK(story.count(std::string(name) + " lost") == 1);
  }
  CHECK(story.count("waiting stop") == 1);
  CHECK((story.has("waiting connect failed") || story.has("waiting connector lost")));
  CHECK(story.count("client stop") == 1);
}

TEST_CASE("who connects again from the last that it hears of a stopping reactor opens nothing") {
  Story story;
  Reactor reactor;
  const std::size_t before = openDescriptors().size();
  const auto port = reactor.listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
  const auto factory = scripted(story, "client");
  factory->onLost = [](Connector& connector, const Failure&) { connector.connect(); };
  factory->onFailed = [&](Connector& connector, const Failure&) {
    if (story.count("client connect failed") == 1) connector.connect();
  };
  reactor.connectTCP("127.0.0.1", port->getHost().port(), factory);
  turnUntil(reactor, [&] { return story.has("client made") && story.has("server made"); });
  reactor.callWhenRunning([&] { reactor.stop(); });
  runUntilStopped(reactor);
  CHECK(story.count("client connect failed") == 1);
  CHECK(factory->reason.check<ConnectionLost>());
  CHECK(openDescriptors().size() == before);
  turnUntil(reactor, [&] { return story.has("client stop"); });
  CHECK(story.count("client connect failed") == 2);
  CHECK(factory->reason.check<UserError>());
}

TEST_CASE("drain asks every protocol to finish and then stops") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  talk.another();
  Reactor& reactor = talk.wire.serverReactor();
  reactor.callWhenRunning([&] { reactor.drain(); });
  runUntilStopped(reactor);
  for (const auto& each : talk.serverFactory->built) CHECK(each->reason.check<ConnectionDone>());
  for (const auto& each : talk.clientFactory->built) CHECK(each->reason.check<ConnectionDone>());
}

// Says when it is asked to finish, and complains if that is from inside another callback.
class Asked : public Scripted {
 public:
  Asked(Story& story, const Script& script) : Scripted(story, "asked", script), story_(story) {}
  void drainRequested() override {
    CHECK(!isBusy());
    story_.add("drain requested");
    Scripted::drainRequested();
  }

 private:
  Story& story_;
};

TEST_CASE("a drain that a callback asks for comes to its connection after that [LF3]") {
  Story story;
  Reactor reactor;
  const Script script{.data = [&](Scripted&, std::string_view) {
    reactor.drain();
    story.add("behind drain");
  }};
  auto build = [&](const Address&) { return std::make_shared<Asked>(story, script); };
  const auto port =
      reactor.listenTCP(0, std::make_shared<ProtocolFactory<Asked>>(build), {"127.0.0.1"});
  RawSocket peer = RawSocket::connectedTo(port->getHost());
  peer.send("x");
  runUntilStopped(reactor);
  CHECK(story.text() == "asked made, asked data, behind drain, drain requested, asked lost");
}

TEST_CASE("a drain that crash has cut off does not end the next run") {
  Conversation<LoopbackWire> talk;
  talk.begin();
  Reactor& reactor = talk.wire.serverReactor();
  reactor.callWhenRunning([&] {
    reactor.drain(10ms);
    reactor.crash();
  });
  runUntilStopped(reactor);
  Story story;
  const auto late = scripted(story, "late");
  reactor.connectTCP("127.0.0.1", talk.port->getHost().port(), late);
  bool isLater = false;
  reactor.callLater(30ms, [&] {
    isLater = true;
    reactor.stop();
  });
  runUntilStopped(reactor);
  CHECK(isLater);
  CHECK(!late->reason.check<UserError>());
}

TEST_CASE("a port that the factory of another one closes while all drain is closed once [PT8]") {
  Story story;
  Reactor reactor;
  const auto first = scripted(story, "first");
  const auto second = scripted(story, "second");
  const auto port = reactor.listenTCP(0, first, {"127.0.0.1"});
  const auto closed = reactor.listenTCP(0, second, {"127.0.0.1"});
  const auto other = reactor.listenTCP(0, second, {"127.0.0.1"});
  first->onStop = [&] { closed->stopListening(); };
  second->onStop = [&] { CHECK(!other->isListening()); };
  reactor.callWhenRunning([&] { reactor.drain(); });
  runUntilStopped(reactor);
  CHECK(story.count("second stop") == 1);
}

// Its name cannot be told.
class Nameless : public Factory {
 public:
  std::shared_ptr<Protocol> buildProtocol(const Address&) override { return nullptr; }
  std::string logPrefix() const override {
    if (isNameless) throw std::runtime_error("no name");
    return "nameless";
  }
  bool isNameless = false;
};

TEST_CASE("a factory that throws at its own name is stopped all the same [LF16]") {
  const QuietLog quiet;
  Reactor reactor;
  const auto factory = std::make_shared<Nameless>();
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  factory->isNameless = true;
  port->stopListening();
  CHECK(!port->isListening());
}

class Stubborn : public Scripted {
 public:
  using Scripted::Scripted;
  void drainRequested() override {}
};

TEST_CASE("drain cuts whoever is still there at the deadline") {
  Story story;
  Reactor reactor;
  const Script script;
  auto build = [&](const Address&) {
    return std::make_shared<Stubborn>(story, "stubborn", script);
  };
  const auto factory = std::make_shared<ProtocolFactory<Stubborn>>(build);
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  reactor.connectTCP("127.0.0.1", port->getHost().port(), factory);
  turnUntil(reactor, [&] { return story.count("stubborn made") == 2; });
  reactor.callWhenRunning([&] {
    reactor.drain(20ms);
    reactor.drain(Duration::max());
  });
  runUntilStopped(reactor);
  CHECK(story.count("stubborn lost") == 2);
}

// A port that is to listen whatever happens, and a connection that is to be had.
struct Tireless : ClientFactory {
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return std::make_shared<Protocol>();
  }
  void stopFactory() override {
    if (const auto listens = port.lock()) listens->startListening();
  }
  void clientConnectionFailed(Connector& connector, const Failure&) override {
    ++failures;
    connector.connect();
  }

  std::weak_ptr<ListeningPort> port;
  int failures = 0;
};

TEST_CASE("nothing is begun again on a reactor that is being destroyed [PT6][PT19]") {
  const CapturedLog log;
  std::shared_ptr<ListeningPort> port;
  const auto listening = std::make_shared<Tireless>();
  const auto connecting = std::make_shared<Tireless>();
  {
    Reactor reactor;
    listening->port = port = reactor.listenTCP(0, listening, {"127.0.0.1"});
    reactor.connectTCP("127.0.0.1", port->getHost().port(), connecting);
  }
  CHECK(!port->isListening());
  CHECK(connecting->failures == 1);
  CHECK(log.has("ReactorNotRunning"));
}

TEST_CASE("a reactor is destroyed while its calls hold each other") {
  struct Session {
    explicit Session(Reactor* at) : owner(*at) {}
    ~Session() {
      if (timeout.active()) timeout.cancel();
      owner.callLater(1s, [this] { FAIL("called for ", this); });
    }
    Reactor& owner;
    DelayedCall timeout;
  };
  DelayedCall timeout;
  {
    Reactor reactor;
    auto session = std::make_shared<Session>(&reactor);
    session->timeout = timeout = reactor.callLater(30s, [] {});
    reactor.callLater(1s, [session] {});
    reactor.callLater(2s, [] {});
  }
  CHECK(!timeout.active());
}

// Says `greeting` to each peer, and may have more to say than the kernel takes.
class Speaker final : public Protocol {
 public:
  explicit Speaker(std::size_t more) : more_(more) {}
  void connectionMade() override {
    transport->write("complete.");
    if (more_ > 0) transport->write(pattern(0, more_));
  }

 private:
  std::size_t more_;
};

TEST_CASE("a stop resets a connection whose output it drops, and closes any other in good order") {
  for (const std::size_t more : {std::size_t{0}, kMoreThanTheKernelTakes}) {
    CAPTURE(more);
    Reactor reactor;
    const auto port =
        reactor.listenTCP(0, Factory::forProtocol<Speaker>(more), ListenOptions("127.0.0.1"));
    RawSocket peer = RawSocket::connectedTo(port->getHost());
    turnUntil(reactor, [&] { return reactor.statistics().bytesSent > 0; });
    reactor.callLater(0s, [&] { reactor.stop(); });
    reactor.run(false);
    CHECK(peer.receiveExactly(9) == "complete.");
    CHECK(peer.endsWith() == (more == 0 ? 0 : ECONNRESET));
  }
}

TEST_CASE("a stop waits until what was complete before the cut has been acknowledged") {
  // Reads nothing at first, so that the kernel of the server holds more than a reset may destroy.
  constexpr std::size_t kComplete = 100'000;
  struct Server final : Protocol {
    void connectionMade() override { transport->write(pattern(0, kComplete)); }
    void connectionLost(const Failure&) override { transport->cutShort({}); }
  };
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Server>(), {"127.0.0.1"});
  RawSocket peer = RawSocket::connectedTo(port->getHost(), 4096);
  turnUntil(reactor, [&] {
    const auto seen = reactor.statistics();
    return seen.bytesSent == kComplete && seen.queuedBytes == 0;
  });
  std::string got;
  int ended = 0;
  std::thread reading([&] {
    std::this_thread::sleep_for(300ms);
    got = peer.receiveExactly(kComplete);
    ended = peer.endsWith();
  });
  reactor.callLater(0s, [&] { reactor.stop(); });
  reactor.run(false);
  reading.join();
  CHECK(isPattern(got, kComplete));
  CHECK(ended == ECONNRESET);
}

TEST_CASE("a stop does not wait long for a peer that takes nothing") {
  struct Server final : Protocol {
    void connectionMade() override { transport->write(pattern(0, 100'000)); }
    void connectionLost(const Failure&) override { transport->cutShort({}); }
  };
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Server>(), {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost(), 4096);
  turnUntil(reactor, [&] { return reactor.statistics().bytesSent > 0; });
  reactor.callLater(0s, [&] { reactor.stop(); });
  const TimePoint before = reactor.now();
  reactor.run(false);
  CHECK(reactor.now() - before < 5s);
}

}  // namespace
}  // namespace ropewalk::test
