#pragma once

// Connections that we open: rules PT13, PT16 to PT20, PT26 and PT27 as far as they hold on every
// wire.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "support/captured_log.h"
#include "support/conversation.h"

namespace ropewalk::test {
namespace {

TEST_CASE(
    "a client's buildProtocol that returns null ends the connection with ConnectionDone [PT13]") {
  Conversation<Wire> talk;
  talk.clientFactory->refuses = true;
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK(talk.story.count("client connector lost") == 1);
  CHECK(!talk.story.has("client connect failed"));
  CHECK(talk.clientFactory->reason.check<ConnectionDone>());
  CHECK(talk.connector->state() == Connector::State::Disconnected);
  talk.wire.until([&] { return talk.story.has("server lost"); });
}

TEST_CASE(
    "a connection that succeeds is told in order, and nothing before connectTCP returns [PT16]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  story.clear();
  const auto factory = scripted(story, "client");
  const auto connector = wire.connect(*port, factory);
  CHECK(story.text() == "client start, client connecting");
  CHECK(connector->state() == Connector::State::Connecting);
  story.add("connectTCP returned");
  wire.until([&] { return story.has("client made") && story.has("server made"); });
  CHECK(story.count("client start") == 1);
  CHECK(story.count("client connecting") == 1);
  CHECK(story.inOrder("connectTCP returned", "client build"));
  CHECK(story.inOrder("client build", "client made"));
  CHECK(connector->state() == Connector::State::Connected);
  CHECK(connector->getDestination() == port->getHost());
}

TEST_CASE("startedConnecting gets the connector that connectTCP returns [PT16]") {
  Story story;
  Wire wire;
  const auto port = wire.listen(scripted(story, "server"));
  const auto factory = scripted(story, "client");
  Connector* told = nullptr;
  factory->onConnecting = [&](Connector& connector) { told = &connector; };
  const auto connector = wire.connect(*port, factory);
  CHECK(told == connector.get());
  wire.until([&] { return story.has("client made"); });
}

TEST_CASE("a refused connection is told in order, with ConnectionRefusedError [PT17]") {
  Story story;
  Wire wire;
  const auto factory = scripted(story, "client");
  const int nobody = wire.freePort();
  const auto connector = wire.connect(nobody, factory);
  CHECK(!story.has("client connect failed"));
  wire.until([&] { return story.has("client stop"); });
  CHECK(story.text() == "client start, client connecting, client connect failed, client stop");
  CHECK(factory->reason.check<ConnectionRefusedError>());
  CHECK(std::string(factory->reason.what()).find(std::to_string(nobody)) != std::string::npos);
  CHECK(connector->state() == Connector::State::Disconnected);
}

TEST_CASE("a loss is told to the protocol, then to the factory, which then stops [PT18]") {
  Conversation<Wire> talk;
  talk.begin();
  SUBCASE("an orderly end") { talk.server().transport->loseConnection(); }
  SUBCASE("a reset") { talk.server().transport->abortConnection(); }
  SUBCASE("our own close") { talk.client().transport->loseConnection(); }
  SUBCASE("our own abort") { talk.client().transport->abortConnection(); }
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK(talk.story.inOrder("client lost", "client connector lost"));
  CHECK(talk.story.inOrder("client connector lost", "client stop"));
  CHECK(talk.client().reason.exception() == talk.clientFactory->reason.exception());
  CHECK(talk.connector->state() == Connector::State::Disconnected);
}

TEST_CASE("connect in clientConnectionLost tries again and keeps the factory started [PT19]") {
  Conversation<Wire> talk;
  Connector* told = nullptr;
  talk.clientFactory->onLost = [&](Connector& connector, const Failure&) {
    told = &connector;
    if (talk.clientFactory->built.size() < 3) connector.connect();
  };
  for (std::size_t i = 1; i <= 3; ++i) {
    talk.wire.until([&] {
      return talk.clientFactory->built.size() == i && talk.clientFactory->built.back()->isMade;
    });
    talk.clientFactory->built.back()->transport->loseConnection();
  }
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK(told == talk.connector.get());
  CHECK(talk.story.count("client start") == 1);
  CHECK(talk.story.count("client connecting") == 3);
  CHECK(talk.story.count("client connector lost") == 3);
  CHECK(talk.story.count("client stop") == 1);
}

TEST_CASE("connect in clientConnectionFailed tries again and keeps the factory started [PT19]") {
  Story story;
  Wire wire;
  const auto factory = scripted(story, "client");
  int failures = 0;
  factory->onFailed = [&](Connector& connector, const Failure&) {
    if (++failures < 3) connector.connect();
  };
  wire.connect(wire.freePort(), factory);
  wire.until([&] { return story.has("client stop"); });
  wire.settle();
  CHECK(failures == 3);
  CHECK(story.count("client start") == 1);
  CHECK(story.count("client stop") == 1);
}

TEST_CASE("connect later, by whoever kept the connector, starts the factory again [PT19]") {
  Conversation<Wire> talk;
  talk.begin().client().transport->loseConnection();
  talk.wire.until([&] { return talk.story.has("client stop"); });
  talk.connector->connect();
  talk.wire.until([&] { return talk.story.has("client1 made"); });
  CHECK(talk.story.count("client start") == 2);
}

TEST_CASE("connect while connecting or connected is refused [PT19]") {
  Conversation<Wire> talk;
  CHECK_THROWS_AS(talk.connector->connect(), AlreadyConnecting);
  talk.begin();
  CHECK_THROWS_AS(talk.connector->connect(), AlreadyConnecting);
  talk.wire.settle();
  CHECK(talk.clientFactory->built.size() == 1);
}

TEST_CASE("stopConnecting fails the attempt with UserError before it returns [PT20]") {
  Conversation<Wire> talk;
  SUBCASE("stopConnecting") { talk.connector->stopConnecting(); }
  SUBCASE("disconnect") { talk.connector->disconnect(); }
  CHECK(talk.story.has("client connect failed"));
  CHECK(talk.clientFactory->reason.check<UserError>());
  CHECK(talk.connector->state() == Connector::State::Disconnected);
  CHECK(talk.story.count("client stop") == 1);
  talk.wire.settle();
  CHECK(!talk.story.has("client build"));
  CHECK(talk.story.count("client connect failed") == 1);
}

TEST_CASE("stopConnecting when nothing connects throws NotConnectingError [PT20]") {
  Conversation<Wire> talk;
  talk.begin();
  CHECK_THROWS_AS(talk.connector->stopConnecting(), NotConnectingError);
  CHECK(!talk.client().isLost);
  talk.client().transport->loseConnection();
  talk.end();
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK_THROWS_AS(talk.connector->stopConnecting(), NotConnectingError);
}

TEST_CASE("disconnect closes a connection, and does nothing when there is none [PT20]") {
  Conversation<Wire> talk;
  talk.begin().connector->disconnect();
  CHECK(talk.client().transport->isDisconnecting());
  talk.end();
  CHECK(talk.client().reason.check<ConnectionDone>());
  talk.wire.until([&] { return talk.story.has("client stop"); });
  talk.connector->disconnect();
  talk.wire.settle();
  CHECK(talk.story.count("client connector lost") == 1);
}

TEST_CASE("a connector may be forgotten while it connects and is connected") {
  Conversation<Wire> talk;
  talk.connector.reset();
  talk.begin().client().transport->loseConnection();
  talk.end();
  talk.wire.until([&] { return talk.story.has("client stop"); });
}

TEST_CASE("a client's buildProtocol that throws fails the attempt with ConnectError [PT26]") {
  const QuietLog quiet;
  Conversation<Wire> talk;
  SUBCASE("a std::exception") {
    talk.clientFactory->onBuild = [](const Address&) { throw std::runtime_error("no protocol"); };
  }
  SUBCASE("anything") {
    talk.clientFactory->onBuild = [](const Address&) { throw 42; };
  }
  talk.wire.until([&] { return talk.story.has("client stop"); });
  CHECK(talk.story.inOrder("client connect failed", "client stop"));
  CHECK(talk.clientFactory->reason.check<ConnectError>());
  CHECK(!talk.story.has("client connector lost"));
  CHECK(talk.connector->state() == Connector::State::Disconnected);
  // The other side is not left hanging.
  talk.wire.until([&] { return talk.story.has("server lost"); });
}

TEST_CASE("servers are named by protocol, number and host, clients by protocol [PT27]") {
  const CapturedLog log;
  Script script;
  script.made = [](Scripted&) { logWarning("made"); };
  script.lost = [](Scripted&, const Failure&) { logWarning("gone"); };
  Conversation<Wire> talk(script, script);
  talk.begin();
  talk.another();
  const std::string host = talk.client().transport->getHost().host();
  CHECK(log.has("server,0," + host, "made"));
  CHECK(log.has("server1,1," + host, "made"));
  CHECK(log.has("client,client", "made"));
  talk.client().transport->loseConnection();
  talk.end();
  INFO(log.text());
  CHECK(log.has("server,0," + host, "gone"));
  CHECK(log.has("client,client", "gone"));
}

}  // namespace
}  // namespace ropewalk::test

// Outside of any namespace: its name is its class's.
class NamedByItsClass : public ropewalk::Protocol {
 public:
  void connectionMade() override {
    ropewalk::logWarning("made, {}", logPrefix());
    transport->write("hello");
  }
  void dataReceived(std::string_view) override { ropewalk::logWarning("heard"); }
  void connectionLost(const ropewalk::Failure&) override { ropewalk::logWarning("lost"); }
};

namespace ropewalk::test {
namespace {

TEST_CASE("a protocol is named after its class in every line that its connection logs [LF10]") {
  const CapturedLog log;
  Story story;
  Wire wire;
  const auto port = wire.listen(Factory::forProtocol<NamedByItsClass>());
  const auto factory = scripted(story, "client");
  wire.connect(*port, factory);
  wire.until([&] { return story.has("client data"); });
  factory->built[0]->transport->write("hi");
  factory->built[0]->transport->loseConnection();
  wire.until([&] { return story.has("client lost"); });
  wire.settle();
  INFO(log.text());
  CHECK(log.has("NamedByItsClass,0,", "made, NamedByItsClass"));
  CHECK(log.has("NamedByItsClass,0,", "heard"));
  CHECK(log.has("NamedByItsClass,0,", "lost"));
}

}  // namespace
}  // namespace ropewalk::test
