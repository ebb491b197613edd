#pragma once

// Everything that can be done, done in every callback: whatever it is, each connection ends once
// and last, nobody is called from inside a call, and the neighbours notice nothing. Rules LF3, LF4,
// LF7.
//
// Test cases, for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>
#include <fcntl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/captured_log.h"
#include "support/conversation.h"
#include "support/feeder.h"

namespace ropewalk::test {
namespace {

// The callbacks of a connection, its producer and its timer.
enum class Moment { Made, Data, ReadLost, WriteLost, Lost, Paused, Resumed, Stopped, Later };
inline constexpr const char* kMoments[] = {
    "connectionMade",      "dataReceived",   "readConnectionLost",
    "writeConnectionLost", "connectionLost", "pauseProducing",
    "resumeProducing",     "stopProducing",  "a call of callLater"};

// A connection that passes through all its callbacks, with a neighbour on the same port.
class Scene {
 public:
  using Action = void (*)(Scene&, Transport&);

  Scene(Moment moment, Action action)
      : moment_(moment), action_(action), talk(servingScript(), askingScript()) {
    feeder->onPause = [this](Feeder&) { at(Moment::Paused); };
    feeder->onResume = [this](Feeder&) { at(Moment::Resumed); };
    feeder->onStop = [this](Feeder&) { at(Moment::Stopped); };
  }

  void play() {
    // The neighbour comes first, the one that acts second.
    talk.begin();
    talk.wire.connect(*talk.port, talk.clientFactory);
    talk.wire.until(
        [&] { return talk.story.has("server1 made") && talk.story.has("client1 made"); });
    const TransportRef client = talk.clientFactory->built[1]->transport;
    const TransportRef server = server_;

    client->write("question");
    talk.wire.settle();
    talk.wire.until([&] { return server->unsentBytes() == 0; });
    talk.wire.settle();
    if (moment_ != Moment::Stopped) server->unregisterProducer();
    server->loseWriteConnection();
    talk.wire.settle();
    client->loseWriteConnection();
    talk.wire.settle();
    client->abortConnection();
    server->abortConnection();
    talk.wire.until(
        [&] { return talk.story.has("server1 lost") && talk.story.has("client1 lost"); });
    talk.wire.settle();

    CHECK(hasActed);
    CHECK(talk.story.count("server1 made") == 1);
    CHECK(talk.story.count("server1 lost") == 1);
    CHECK(talk.story.count("client1 lost") == 1);
    CHECK(feeder->stops <= 1);
    talk.client().transport->write("still here");
    talk.wire.until([&] { return talk.server().received == "still here" || talk.server().isLost; });
    CHECK(!talk.server().isLost);
    CHECK(!talk.client().isLost);
  }

  // At the other end of the connection that acts, if that knows of it already.
  void abortOtherEnd() {
    const auto& built = talk.clientFactory->built;
    if (built.size() > 1) built[1]->transport->abortConnection();
  }

  std::shared_ptr<Feeder> feeder = std::make_shared<Feeder>();
  bool hasActed = false;

 private:
  Moment moment_;
  Action action_;
  Scripted* acting_ = nullptr;
  TransportRef server_;

 public:
  Conversation<Wire> talk;

 private:
  void at(Moment moment) {
    if (moment != moment_ || std::exchange(hasActed, true)) return;
    action_(*this, *server_);
  }

  void at(Moment moment, const Scripted& self) {
    if (&self == acting_) at(moment);
  }

  Script servingScript() {
    Script script;
    script.made = [this](Scripted& self) {
      if (talk.story.count("server made") + talk.story.count("server1 made") != 2) return;
      if (acting_ != nullptr) return;
      acting_ = &self;
      server_ = self.transport;
      self.callLater(0s, [this] { at(Moment::Later); });
      at(Moment::Made, self);
    };
    script.data = [this](Scripted& self, std::string_view) {
      if (&self != acting_) return;
      at(Moment::Data, self);
      try {
        self.transport->registerProducer(feeder, Streaming::Push);
      } catch (const ProducerAlreadyRegistered&) {
        // The action has registered one.
      }
      self.transport->write(std::string(1'000'000, 'x'));
    };
    script.readLost = [this](Scripted& self) { at(Moment::ReadLost, self); };
    script.writeLost = [this](Scripted& self) { at(Moment::WriteLost, self); };
    script.lost = [this](Scripted& self, const Failure&) { at(Moment::Lost, self); };
    return script;
  }

  static Script askingScript() {
    Script script;
    script.readLost = [](Scripted&) {};
    return script;
  }
};

struct NamedAction {
  const char* name;
  Scene::Action action;
};

inline const NamedAction kActions[] = {
    {"nothing", [](Scene&, Transport&) {}},
    {"write", [](Scene&, Transport& transport) { transport.write("a little"); }},
    {"write much",
     [](Scene&, Transport& transport) { transport.write(std::string(500'000, 'y')); }},
    {"write much shared",
     [](Scene&, Transport& transport) { transport.write(SharedBytes(std::string(500'000, 'z'))); }},
    {"write nothing", [](Scene&, Transport& transport) { transport.write(""); }},
    {"writeFile",
     [](Scene&, Transport& transport) {
       transport.writeFile(FileDescriptor(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)), 0, 1000);
     }},
    {"loseConnection", [](Scene&, Transport& transport) { transport.loseConnection(); }},
    {"loseConnection at once",
     [](Scene&, Transport& transport) { transport.loseConnection(Linger::No); }},
    {"abortConnection", [](Scene&, Transport& transport) { transport.abortConnection(); }},
    {"abortConnection with a reason",
     [](Scene&, Transport& transport) {
       transport.abortConnection(Failure::of(std::runtime_error("enough")));
     }},
    {"loseWriteConnection", [](Scene&, Transport& transport) { transport.loseWriteConnection(); }},
    {"close, abort, close",
     [](Scene&, Transport& transport) {
       transport.loseConnection();
       transport.abortConnection();
       transport.loseConnection();
     }},
    {"pause", [](Scene&, Transport& transport) { transport.pauseProducing(); }},
    {"resume", [](Scene&, Transport& transport) { transport.resumeProducing(); }},
    {"pause and resume",
     [](Scene&, Transport& transport) {
       transport.pauseProducing();
       transport.resumeProducing();
     }},
    {"give input back", [](Scene&, Transport& transport) { transport.unread("once more"); }},
    {"pause, give input back and resume",
     [](Scene&, Transport& transport) {
       transport.pauseProducing();
       transport.unread("once more");
       transport.resumeProducing();
     }},
    {"register a producer",
     [](Scene&, Transport& transport) {
       transport.unregisterProducer();
       transport.registerProducer(std::make_shared<Feeder>(), Streaming::Push);
     }},
    {"register a pull producer",
     [](Scene&, Transport& transport) {
       transport.unregisterProducer();
       transport.registerProducer(std::make_shared<Feeder>(), Streaming::Pull);
     }},
    {"unregister", [](Scene&, Transport& transport) { transport.unregisterProducer(); }},
    {"exceed the cap",
     [](Scene&, Transport& transport) {
       ConnectionLimits limits;
       limits.maxQueued = 1;
       transport.setLimits(limits);
       for (int i = 0; i < 3; ++i) transport.write("more");
     }},
    {"read while blocked",
     [](Scene&, Transport& transport) { transport.setReadWhileBlocked(true); }},
    {"throw a std::exception", [](Scene&, Transport&) { throw std::runtime_error("by a test"); }},
    {"throw a number", [](Scene&, Transport&) { throw 42; }},
    {"close and throw",
     [](Scene&, Transport& transport) {
       transport.loseConnection();
       throw std::runtime_error("by a test");
     }},
    {"abort and throw",
     [](Scene&, Transport& transport) {
       transport.abortConnection();
       throw 42;
     }},
    {"abort the other end", [](Scene& scene, Transport&) { scene.abortOtherEnd(); }},
    {"stop listening", [](Scene& scene, Transport&) { scene.talk.port->stopListening(); }},
    {"connect once more",
     [](Scene& scene, Transport&) {
       scene.talk.wire.connect(*scene.talk.port, scripted(scene.talk.story, "guest"));
     }},
    {"forget the protocol",
     [](Scene& scene, Transport&) { scene.talk.serverFactory->built[1].reset(); }},
};

inline void playEverything(Moment moment) {
  const QuietLog quiet;
  const char* where = kMoments[static_cast<std::size_t>(moment)];
  for (const NamedAction& each : kActions) {
    INFO("in " << std::string(where) << ": " << std::string(each.name));
    Scene(moment, each.action).play();
  }
}

TEST_CASE("whatever is done in connectionMade, everything ends well [LF3][LF4][LF8]") {
  playEverything(Moment::Made);
}
TEST_CASE("whatever is done in dataReceived, everything ends well [LF3][LF4][LF7]") {
  playEverything(Moment::Data);
}
TEST_CASE("whatever is done in readConnectionLost, everything ends well [LF3][LF4][HC4]") {
  playEverything(Moment::ReadLost);
}
TEST_CASE("whatever is done in writeConnectionLost, everything ends well [LF3][LF4][HC4]") {
  playEverything(Moment::WriteLost);
}
TEST_CASE("whatever is done in connectionLost, everything ends well [LF3][LF4][LF16]") {
  playEverything(Moment::Lost);
}
TEST_CASE("whatever is done in pauseProducing, everything ends well [LF3][LF4]") {
  playEverything(Moment::Paused);
}
TEST_CASE("whatever is done in resumeProducing, everything ends well [LF3][LF4][CL13]") {
  playEverything(Moment::Resumed);
}
TEST_CASE("whatever is done in stopProducing, everything ends well [LF3][LF4]") {
  playEverything(Moment::Stopped);
}
TEST_CASE("whatever is done in a call of callLater, everything ends well [LF3][LF4]") {
  playEverything(Moment::Later);
}

}  // namespace
}  // namespace ropewalk::test
