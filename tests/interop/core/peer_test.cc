// Real programs as the other side: python3's sockets, Twisted, nc.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/pattern.h"
#include "support/program.h"
#include "support/raw_socket.h"
#include "support/scripted.h"

namespace ropewalk::test {
namespace {

// The distribution's own, which has its packages.
constexpr const char* kPython = "/usr/bin/python3 -B ";

// A script of tests/interop/peers, ready for the shell.
std::string python(const std::string& script) {
  const std::filesystem::path here(__FILE__);
  return kPython + (here.parent_path().parent_path() / "peers" / script).string() + ".py ";
}

bool hasTwisted() {
  static const bool has =
      std::system((std::string(kPython) + "-c 'import twisted' 2>/dev/null").c_str()) == 0;
  if (!has) MESSAGE("skipped: python3-twisted is not installed");
  return has;
}

// A server of ours, and what became of its first connection.
struct Server {
  explicit Server(Script script) : factory(scripted(story, "server", std::move(script))) {}

  Said visitedBy(const std::string& command, const std::string& what = "") {
    const Said said =
        runBeside(reactor, command + " " + std::to_string(port->getHost().port()) + " " + what);
    turnUntil(reactor, [&] { return story.has("server lost"); });
    return said;
  }
  const Failure& reason() const { return factory->built.at(0)->reason; }

  Story story;
  std::shared_ptr<ScriptedFactory> factory;
  Reactor reactor;
  std::shared_ptr<ListeningPort> port = reactor.listenTCP(0, factory, {"127.0.0.1"});
};

Script echoing() {
  Script script;
  script.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  return script;
}

Script greeting() {
  Script script;
  script.made = [](Scripted& self) { self.transport->write("welcome"); };
  return script;
}

TEST_CASE("python sockets get back all that they send, then the end [LF2][LF6][HC2]") {
  Server server(echoing());
  SUBCASE("in pieces of many sizes") {
    CHECK(server.visitedBy(python("socket_client"), "echo").status == 0);
  }
  SUBCASE("byte by byte") { CHECK(server.visitedBy(python("socket_client"), "torn").status == 0); }
  CHECK(server.reason().check<ConnectionDone>());
}

TEST_CASE("a python socket that resets is ConnectionLost [LF5]") {
  Server server({});
  CHECK(server.visitedBy(python("socket_client"), "reset").status == 0);
  CHECK(server.reason().check<ConnectionLost>());
}

TEST_CASE("a python socket that sends what nobody reads gets all of its farewell [CL1]") {
  Script script;
  script.made = [](Scripted& self) {
    self.transport->write("welcome and goodbye");
    self.transport->loseConnection();
  };
  Server server(script);
  CHECK(server.visitedBy(python("socket_client"), "farewell").status == 0);
  CHECK(server.reason().check<ConnectionDone>());
}

TEST_CASE("a Twisted client gets back all that it sends, then the end [LF2][HC1][HC2]") {
  if (!hasTwisted()) return;
  Server server(echoing());
  CHECK(server.visitedBy(python("twisted_client"), "echo").text == "whole ConnectionDone\n");
  CHECK(server.reason().check<ConnectionDone>());
}

TEST_CASE("a Twisted client and we agree how a connection ended [LF5][CL7]") {
  if (!hasTwisted()) return;
  Script script = greeting();
  SUBCASE("it closes") {
    Server server(script);
    CHECK(server.visitedBy(python("twisted_client"), "close").text == "welcome ConnectionDone\n");
    CHECK(server.reason().check<ConnectionDone>());
  }
  SUBCASE("it aborts") {
    Server server(script);
    CHECK(server.visitedBy(python("twisted_client"), "abort").text ==
          "welcome ConnectionAborted\n");
    CHECK(server.reason().check<ConnectionLost>());
  }
  SUBCASE("we close") {
    script.made = [](Scripted& self) {
      self.transport->write("welcome");
      self.transport->loseConnection();
    };
    Server server(script);
    CHECK(server.visitedBy(python("twisted_client"), "greeted").text == "welcome ConnectionDone\n");
    CHECK(server.reason().check<ConnectionDone>());
  }
  SUBCASE("we abort") {
    script.made = nullptr;
    script.data = [](Scripted& self, std::string_view) { self.transport->abortConnection(); };
    Server server(script);
    CHECK(server.visitedBy(python("twisted_client"), "speak").text == " ConnectionLost\n");
    CHECK(server.reason().check<ConnectionAborted>());
  }
}

// Connects to a Twisted server, which takes its time to start, again and again until it is there.
std::shared_ptr<ScriptedFactory> patient(Story& story, Reactor& reactor, Script script) {
  auto factory = scripted(story, "client", std::move(script));
  factory->onFailed = [&reactor](Connector& connector, const Failure&) {
    reactor.callLater(50ms, [&connector] { connector.connect(); });
  };
  return factory;
}

TEST_CASE("a Twisted server sends back all that we send it [LF2][LF11]") {
  if (!hasTwisted()) return;
  constexpr std::size_t kSize = 3'000'000;
  Story story;
  Script script;
  script.made = [](Scripted& self) { self.transport->write(pattern(0, kSize)); };
  script.data = [](Scripted& self, std::string_view) {
    if (self.received.size() == kSize) self.transport->loseConnection();
  };
  Reactor reactor;
  const int port = RawSocket::listening().port();
  const auto factory = patient(story, reactor, script);
  const auto connector = reactor.connectTCP("127.0.0.1", port, factory);
  const Said said = runBeside(reactor, python("twisted_server") + std::to_string(port) + " echo");
  turnUntil(reactor, [&] { return story.has("client lost"); });
  CHECK(said.text == "ConnectionDone 3000000\n");
  CHECK(isPattern(factory->built[0]->received, kSize));
  CHECK(factory->built[0]->reason.check<ConnectionDone>());
}

TEST_CASE("a Twisted server that closes or aborts ends our connection accordingly [LF5]") {
  if (!hasTwisted()) return;
  Story story;
  Reactor reactor;
  const int port = RawSocket::listening().port();
  const auto factory = patient(story, reactor, {});
  const auto connector = reactor.connectTCP("127.0.0.1", port, factory);
  const std::string command = python("twisted_server") + std::to_string(port);
  SUBCASE("it closes") {
    CHECK(runBeside(reactor, command + " close").text == "ConnectionDone 0\n");
    turnUntil(reactor, [&] { return story.has("client lost"); });
    CHECK(factory->built[0]->reason.check<ConnectionDone>());
  }
  SUBCASE("it aborts") {
    CHECK(runBeside(reactor, command + " abort").text == "ConnectionAborted 0\n");
    turnUntil(reactor, [&] { return story.has("client lost"); });
    CHECK(factory->built[0]->reason.check<ConnectionLost>());
  }
  CHECK(factory->built[0]->received == "welcome");
}

TEST_CASE("nc gets all of its answer [HC2][LF6]") {
  Server server(echoing());
  const Said said =
      server.visitedBy("sh -c 'head -c 3000000 /dev/zero | nc -N 127.0.0.1 $0 | wc -c'");
  CHECK(said.text == "3000000\n");
  CHECK(server.reason().check<ConnectionDone>());
}

}  // namespace
}  // namespace ropewalk::test
