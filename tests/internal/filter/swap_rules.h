#pragma once

// A filter that comes between a connection and its wire while the connection is in use, as with
// STARTTLS. Included by the tests of each wire.

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "internal/filter/awkward_codec.h"
#include "ropewalk/error.h"
#include "support/conversation.h"
#include "support/pattern.h"
#include "support/unnamed_file.h"
#include "transport/connection.h"

namespace ropewalk::test {
namespace {

using Side = AwkwardCodec::Side;
using Farewell = AwkwardCodec::Farewell;

detail::Connection& connectionOf(Protocol& protocol) {
  return dynamic_cast<detail::Connection&>(*protocol.transport);
}

void addFilter(Protocol& protocol, Side side, std::string_view unread = {},
               Farewell farewell = Farewell::Yes) {
  auto codec = std::make_unique<AwkwardCodec>(side, farewell);
  connectionOf(protocol).addFilter(std::move(codec), std::string(unread));
}

// Answers "start" with `answer`, and filters from then on; bytes after "start" are encoded.
Script serving(std::string answer) {
  Script script;
  script.data = [answer = std::move(answer)](Scripted& self, std::string_view data) {
    if (!data.starts_with("start")) return self.transport->write("[" + std::string(data) + "]");
    self.received.clear();
    self.transport->write(answer);
    addFilter(self, Side::Server, data.substr(5));
    self.transport->write("welcome. ");
  };
  return script;
}

// Filters once it has received `answer`, then sends "secret".
Script asking(const std::string& answer, Farewell farewell = Farewell::Yes) {
  Script script;
  script.made = [](Scripted& self) { self.transport->write("start"); };
  script.data = [answer, farewell, isFiltered = std::make_shared<bool>(false)](Scripted& self,
                                                                               std::string_view) {
    if (*isFiltered || !self.received.starts_with(answer)) return;
    *isFiltered = true;
    const std::string encoded = self.received.substr(answer.size());
    self.received.resize(answer.size());
    addFilter(self, Side::Client, encoded, farewell);
    self.transport->write("secret");
  };
  return script;
}

TEST_CASE("a filter added to an open connection leaves earlier output unencoded") {
  std::string answer;
  SUBCASE("a short answer") { answer = "ok. "; }
  SUBCASE("more than the kernel takes") { answer = pattern(0, Wire::kTooMuch); }
  Conversation<Wire> talk(serving(answer), asking(answer));
  const std::string end = "welcome. [secret]";
  talk.begin().wire.until(
      [&] { return talk.client().received.size() >= answer.size() + end.size(); });
  CHECK(talk.client().received.starts_with(answer));
  CHECK(talk.client().received.substr(answer.size()) == end);
  CHECK(talk.server().received == "secret");
  talk.client().transport->loseConnection();
  talk.end();
  CHECK(talk.client().reason.check<ConnectionDone>());
  CHECK(talk.server().reason.check<ConnectionDone>());
}

TEST_CASE("a file queued before the filter is sent unencoded") {
  const std::string content = pattern(0, 300'000);
  Script server = serving("");
  server.data = [&](Scripted& self, std::string_view data) {
    if (data != "start") return self.transport->write("[" + std::string(data) + "]");
    self.transport->write("head");
    self.transport->writeFile(unnamedFile(content), 0, content.size());
    addFilter(self, Side::Server);
    self.transport->writeFile(unnamedFile(content), 0, content.size());
  };
  Conversation<Wire> talk(server, asking("head" + content));
  talk.begin().wire.until([&] { return talk.client().received.ends_with("[secret]"); });
  CHECK(talk.client().received == "head" + content + content + "[secret]");
}

TEST_CASE("input after the request for a filter goes to the filter") {
  Script client;
  client.made = [](Scripted& self) {
    self.transport->write("start");
    addFilter(self, Side::Client);  // does not wait for the answer
    self.transport->write("secret");
  };
  Script server = serving("");
  bool isGivenBack = false;
  SUBCASE("at once") {}
  SUBCASE("given back before") {
    isGivenBack = true;
    server.data = [](Scripted& self, std::string_view data) {
      if (!data.starts_with("start")) return self.transport->write("[" + std::string(data) + "]");
      self.transport->unread(std::string(data.substr(5)));
      addFilter(self, Side::Server);
    };
  }
  Conversation<Wire> talk(server, client);
  talk.begin().wire.until([&] { return talk.client().received.ends_with("[secret]"); });
  CHECK(talk.client().received == (isGivenBack ? "[secret]" : "welcome. [secret]"));
}

TEST_CASE("a filter and a switch may be requested in either order") {
  Story story;
  const auto next = std::make_shared<Scripted>(story, "next", Script{});
  Script server;
  server.data = [&](Scripted& self, std::string_view data) {
    if (data != "start") return;
    self.transport->write("ok");
    SUBCASE("filtered first") {
      addFilter(self, Side::Server);
      self.transport->switchProtocol(next);
    }
    SUBCASE("given away first") {
      self.transport->switchProtocol(next);
      addFilter(self, Side::Server);
    }
  };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().wire.until([&] { return next->received == "secret"; });
  next->transport->write("from the next");
  talk.wire.until([&] { return talk.client().received == "okfrom the next"; });
}

TEST_CASE("the handshake continues while the protocol is paused; input waits") {
  Script server = serving("ok");
  server.made = [](Scripted& self) { self.transport->setReadWhileBlocked(true); };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().wire.until([&] { return talk.client().received.starts_with("ok"); });
  talk.server().transport->pauseProducing();
  talk.wire.until([&] { return talk.client().received == "okwelcome. "; });
  talk.wire.settle();
  CHECK(talk.server().received == "");
  talk.server().transport->resumeProducing();
  talk.wire.until([&] { return talk.client().received == "okwelcome. [secret]"; });
}

TEST_CASE("adding a filter while disconnecting does nothing") {
  Script server;
  server.data = [](Scripted& self, std::string_view) {
    SUBCASE("after a close") {
      self.transport->write("bye");
      self.transport->loseConnection();
    }
    SUBCASE("after a reset") { self.transport->abortConnection(); }
    addFilter(self, Side::Server, "unread");
  };
  Script client;
  client.made = [](Scripted& self) { self.transport->write("x"); };
  Conversation<Wire> talk(server, client);
  talk.begin().end();
  CHECK(talk.client().received == (talk.server().reason.check<ConnectionDone>() ? "bye" : ""));
}

TEST_CASE("a close completes the handshake, then sends the farewell") {
  Script server = serving("ok");
  const auto before = server.data;
  server.data = [before](Scripted& self, std::string_view data) {
    before(self, data);
    self.transport->loseConnection();
  };
  Conversation<Wire> talk(server, asking("ok"));
  talk.begin().end();
  CHECK(talk.client().received == "okwelcome. ");
  CHECK(talk.client().reason.check<ConnectionDone>());
  CHECK(talk.server().reason.check<ConnectionDone>());
}

// A message of unknown kind, without a body.
const std::string kNonsense("?\0\0", 3);

TEST_CASE("input that the codec refuses ends the connection with its exception") {
  Script client;
  client.data = [](Scripted& self, std::string_view) { self.transport->write(kNonsense); };
  client.made = [](Scripted& self) { self.transport->write("start"); };
  Script server = serving("ok");
  SUBCASE("while the protocol reads") {}
  SUBCASE("while it is paused") {
    const auto before = server.data;
    server.data = [before](Scripted& self, std::string_view data) {
      before(self, data);
      self.transport->pauseProducing();
    };
  }
  SUBCASE("behind the request") {
    client.made = [](Scripted& self) { self.transport->write("start" + kNonsense); };
  }
  Conversation<Wire> talk(server, client);
  talk.begin().wire.until([&] { return talk.story.has("server lost"); });
  CHECK(std::string(talk.server().reason.what()).starts_with("awkward: "));
  CHECK(talk.server().received == "");
  talk.end();
  // Some output was dropped, and a part must not look like the whole.
  CHECK(talk.client().reason.check<ConnectionLost>());
}

TEST_CASE("an end without a farewell is a ConnectionLost") {
  Conversation<Wire> talk(serving("ok"), asking("ok", Farewell::No));
  talk.begin().wire.until([&] { return talk.client().received.ends_with("[secret]"); });
  SUBCASE("by a FIN") { talk.client().transport->loseConnection(); }
  SUBCASE("by a reset") { talk.client().transport->abortConnection(); }
  talk.wire.until([&] { return talk.story.has("server lost"); });
  CHECK(talk.server().reason.check<ConnectionLost>());
  CHECK(!talk.server().isReadLost);
  talk.client().transport->abortConnection();
  talk.end();
}

}  // namespace
}  // namespace ropewalk::test
