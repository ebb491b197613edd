#pragma once

// Listening ports, their factories, and the connections they accept: rules PT1 to PT12 as far as
// they hold on every wire.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"

namespace ropewalk::test {
namespace {

// Stops `port` and waits until it has.
inline void stop(Wire& wire, ListeningPort& port) {
  bool isStopped = false;
  port.stopListening().addCallback([&] { isStopped = true; });
  wire.until([&] { return isStopped; });
}

TEST_CASE("a port asked for as 0 gets a free one, and getHost says which [PT1]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const auto other = wire.listen(scripted(story, "other"));
  CHECK(port->isListening());
  CHECK(port->getHost().port() != 0);
  CHECK(port->getHost().family() == Address::Family::IPv4);
  CHECK(other->getHost().port() != port->getHost().port());
}

TEST_CASE("a taken port throws CannotListenError and starts no factory [PT2]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const int number = port->getHost().port();
  std::string text;
  std::error_code code;
  try {
    wire.listen(scripted(story, "second"), {}, number);
  } catch (const CannotListenError& error) {
    text = error.what();
    code = error.code();
    CHECK(error.port() == number);
  }
  CHECK(text == "Couldn't listen on " + port->getHost().host() + ":" + std::to_string(number) +
                    ": [Errno 98] Address already in use.");
  CHECK(code == std::errc::address_in_use);
  CHECK(!story.has("second start"));
  CHECK(!story.has("second stop"));
}

TEST_CASE("stopListening is done in a later turn, and then the port can be taken again [PT3]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const int number = port->getHost().port();
  bool isStopped = false;
  port->stopListening().addCallback([&] { isStopped = true; });
  CHECK(!isStopped);
  wire.until([&] { return isStopped; });
  CHECK(!port->isListening());
  CHECK(story.count("server stop") == 1);
  const auto next = wire.listen(scripted(story, "next"), {}, number);
  CHECK(next->getHost().port() == number);
}

TEST_CASE("nobody is accepted once stopListening was called [PT3]") {
  Conversation<Wire> talk;
  talk.begin();
  talk.port->stopListening();
  talk.wire.connect(talk.port->getHost().port(), talk.clientFactory);
  talk.wire.until(
      [&] { return talk.story.has("client connect failed") || talk.story.has("client1 lost"); });
  talk.wire.settle();
  CHECK(talk.serverFactory->built.size() == 1);
}

TEST_CASE("stopListening again is done at once [PT4]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  stop(wire, *port);
  for (int i = 0; i < 3; ++i) {
    bool isStopped = false;
    port->stopListening().addCallback([&] { isStopped = true; });
    CHECK(isStopped);
  }
  CHECK(story.count("server stop") == 1);
}

TEST_CASE("stopListening twice before the first is done is harmless [PT4]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  int stopped = 0;
  port->stopListening().addCallback([&] { ++stopped; });
  port->stopListening().addCallback([&] { ++stopped; });
  wire.until([&] { return stopped == 2; });
  wire.settle();
  CHECK(story.count("server stop") == 1);
}

TEST_CASE("connections accepted before stopListening go on [PT5]") {
  Conversation<Wire> talk;
  talk.begin();
  stop(talk.wire, *talk.port);
  talk.client().transport->write("still there?");
  talk.wire.until([&] { return talk.server().received == "still there?"; });
  talk.server().transport->write("yes");
  talk.wire.until([&] { return talk.client().received == "yes"; });
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("a stopped port can listen again [PT6]") {
  Conversation<Wire> talk;
  talk.begin();
  for (int i = 1; i <= 3; ++i) {
    stop(talk.wire, *talk.port);
    CHECK(!talk.port->isListening());
    talk.port->startListening();
    CHECK(talk.port->isListening());
    CHECK(talk.port->getHost().port() != 0);
    talk.another();
  }
  CHECK(talk.serverFactory->built.size() == 4);
  CHECK(talk.story.count("server start") == 4);
  CHECK(talk.story.count("server stop") == 3);
}

TEST_CASE("startListening throws when somebody else has taken the port [PT6]") {
  Story story;
  Wire wire;
  const int number = wire.freePort();
  const auto port = wire.listen(scripted(story, "server"), {}, number);
  stop(wire, *port);
  const auto other = wire.listen(scripted(story, "other"), {}, number);
  CHECK_THROWS_AS(port->startListening(), CannotListenError);
  CHECK(!port->isListening());
  CHECK(story.count("server start") == 1);
  stop(wire, *other);
  port->startListening();
  CHECK(port->getHost().port() == number);
}

TEST_CASE("a port may be closed in buildProtocol [PT7]") {
  Conversation<Wire> talk;
  bool isStopped = false;
  talk.serverFactory->onBuild = [&](const Address&) {
    talk.port->stopListening().addCallback([&] { isStopped = true; });
  };
  talk.wire.until([&] { return isStopped && talk.isMade(); });
  CHECK(!talk.port->isListening());
  talk.client().transport->write("hello");
  talk.wire.until([&] { return talk.server().received == "hello"; });
  talk.client().transport->loseConnection();
  talk.end();
}

TEST_CASE("a port may be closed and opened again in buildProtocol [PT7]") {
  Conversation<Wire> talk;
  talk.serverFactory->onBuild = [&](const Address&) {
    talk.port->stopListening();
    talk.serverFactory->onBuild = nullptr;
  };
  talk.begin();
  talk.wire.until([&] { return talk.story.has("server stop"); });
  talk.port->startListening();
  talk.another();
}

TEST_CASE("a factory is started by its first port and stopped after its last [PT8]") {
  Story story;
  Wire wire;
  const auto factory = scripted(story, "server");
  const auto first = wire.listen(factory);
  CHECK(story.text() == "server start");
  const auto second = wire.listen(factory);
  CHECK(story.text() == "server start");
  stop(wire, *first);
  CHECK(story.text() == "server start");
  stop(wire, *second);
  CHECK(story.text() == "server start, server stop");
  // And all over again.
  const auto third = wire.listen(factory);
  CHECK(story.text() == "server start, server stop, server start");
}

TEST_CASE("doStop with nobody left does nothing [PT8]") {
  Story story;
  const auto factory = scripted(story, "server");
  factory->doStop();
  CHECK(story.text() == "");
  factory->doStart();
  factory->doStart();
  factory->doStop();
  factory->doStop();
  factory->doStop();
  CHECK(story.text() == "server start, server stop");
  factory->doStart();
  CHECK(story.count("server start") == 2);
}

TEST_CASE("a noisy factory says that it starts and stops, any other says nothing [PT9]") {
  const CapturedLog log(LogLevel::Info);
  Story story;
  Wire wire;
  const auto factory = scripted(story, "server");
  SUBCASE("noisy") {
    factory->noisy = true;
    stop(wire, *wire.listen(factory));
    CHECK(log.has("Starting factory", "serverFactory"));
    CHECK(log.has("Stopping factory", "serverFactory"));
  }
  SUBCASE("not noisy") {
    stop(wire, *wire.listen(factory));
    CHECK(!log.has("Starting factory"));
    CHECK(!log.has("Stopping factory"));
  }
}

TEST_CASE("a port says where it listens and that it has stopped [PT9]") {
  const CapturedLog log(LogLevel::Info);
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const std::string number = std::to_string(port->getHost().port());
  CHECK(log.has("serverFactory", "starting on", number));
  stop(wire, *port);
  CHECK(log.has(number, "losed"));
}

class Greeting : public Protocol {
 public:
  Greeting(std::string text, int number) : text_(std::move(text) + std::to_string(number)) {}
  void connectionMade() override { transport->write(text_); }

 private:
  std::string text_;
};

TEST_CASE("forProtocol makes a new protocol for each connection, with its factory set [PT10]") {
  const auto factory = Factory::forProtocol<Greeting>("hello ", 7);
  const auto one = factory->build(Address());
  const auto two = factory->build(Address());
  CHECK(one != two);

  Story story;
  Wire wire;
  const auto port = wire.listen(factory);
  const auto asking = scripted(story, "client");
  wire.connect(*port, asking);
  wire.connect(*port, asking);
  wire.until([&] {
    return asking->built.size() == 2 && asking->built[0]->received == "hello 7" &&
           asking->built[1]->received == "hello 7";
  });
}

TEST_CASE("each connection gets a protocol of its own [PT10]") {
  Conversation<Wire> talk;
  talk.begin();
  talk.another();
  talk.another();
  REQUIRE(talk.serverFactory->built.size() == 3);
  for (const auto& each : talk.serverFactory->built) {
    CHECK(each->factory == talk.serverFactory);
  }
  talk.client().transport->write("only for the first");
  talk.wire.until([&] { return !talk.server().received.empty(); });
  talk.wire.settle();
  CHECK(talk.serverFactory->built[1]->received.empty());
  CHECK(talk.serverFactory->built[2]->received.empty());
}

TEST_CASE("buildProtocol gets the peer's address [PT11]") {
  Conversation<Wire> talk;
  talk.begin();
  REQUIRE(talk.serverFactory->peers.size() == 1);
  CHECK(talk.serverFactory->peers[0] == talk.client().transport->getHost());
  CHECK(talk.serverFactory->peers[0] == talk.server().transport->getPeer());
  REQUIRE(talk.clientFactory->peers.size() == 1);
  CHECK(talk.clientFactory->peers[0] == talk.port->getHost());
}

TEST_CASE("a server's buildProtocol that returns null closes that connection and no other [PT12]") {
  Conversation<Wire> talk;
  talk.serverFactory->refuses = true;
  const CapturedLog log;
  talk.wire.until([&] { return talk.story.has("client lost"); });
  CHECK(talk.client().reason.check<Wire::Refused>());
  CHECK(talk.serverFactory->built.empty());
  // Silently, and the port goes on.
  CHECK(log.text() == "");
  talk.serverFactory->refuses = false;
  talk.another();
  CHECK(talk.serverFactory->built.size() == 1);
}

TEST_CASE("a startFactory that throws comes out of listenTCP, and the port is free [PT26]") {
  Story story;
  Wire wire;
  const auto factory = scripted(story, "server");
  factory->onStart = [] { throw std::runtime_error("not today"); };
  const int number = wire.freePort();
  CHECK_THROWS_WITH(wire.listen(factory, {}, number), "not today");
  const auto port = wire.listen(scripted(story, "other"), {}, number);
  CHECK(port->getHost().port() == number);
}

}  // namespace
}  // namespace ropewalk::test
