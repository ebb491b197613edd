#pragma once

// The re-entrancy matrix: each of nine callbacks in which user code runs, times each of thirteen
// things that user code does there. Whatever it is, no callback is entered from inside another one,
// each connection ends once and last, nothing is left, and the neighbour notices nothing unless the
// reactor was stopped. Rules LF3, LF4, LF7, LF9, RC3, RC8, RC19.
//
// reentrancy_rules.h goes deeper into the callbacks of a connection; this one is wider. Test cases,
// for a test that has said which Wire they are to hold on.

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/stream_protocol.h"
#include "support/captured_log.h"
#include "support/feeder.h"
#include "support/scripted.h"

namespace ropewalk::test {
namespace {

enum class Callback {
  Factory,
  Made,
  Data,
  Lost,
  ConnectFailed,
  Timer,
  Resumed,
  Drained,
  ThreadCall
};
inline constexpr const char* kCallbacks[] = {
    "buildProtocol",   "connectionMade",         "dataReceived",
    "connectionLost",  "clientConnectionFailed", "a call of callLater",
    "resumeProducing", "after drained()",        "a call of callFromThread"};

// One cell: a server with two connections, of which the second one acts, and one attempt to connect
// that fails.
class Cell {
 public:
  using Action = void (*)(Cell&);

  Cell(Callback callback, Action action)
      : callback_(callback),
        action_(action),
        server(std::make_shared<ProtocolFactory<Protocol>>(
            [this](const Address&) { return build(); })),
        clients(scripted(story, "client", clientScript())),
        failing(scripted(story, "failing")) {
    server->noisy = false;
    feeder_->onResume = [this](Feeder&) { at(Callback::Resumed); };
    failing->onFailed = [this](Connector&, const Failure&) { at(Callback::ConnectFailed); };
    port = wire.listen(server);
    host = port->getHost();
  }

  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  // Protocols know their factory, which keeps them.
  ~Cell() { clients->built.clear(); }

  void play() {
    wire.settle();
    connect();
    wire.until(
        [&] { return made == 1 && clients->built.size() == 1 && clients->built[0]->isMade; });
    neighbour_ = clients->built[0]->transport;
    actsNow_ = true;
    connect();
    if (callback_ == Callback::ConnectFailed) {
      wire.serverReactor().connectTCP(host.host(), wire.freePort(), failing);
    }
    if (callback_ == Callback::ThreadCall) {
      wire.serverReactor().callFromThread([this] { at(Callback::ThreadCall); });
    }
    wire.settle();
    say("question");
    leave();
    CHECK(hasActed);
    if (!stopsReactor) checkNeighbour();
    checkEnd();
  }

  // The acting connection, dead if there is none yet.
  Transport& transport() { return *acting; }
  Reactor& reactor() { return wire.serverReactor(); }
  void connect() { wire.connect(host.port(), clients); }

  // Everything that the test could keep alive.
  void letGo() {
    port.reset();
    owned.clear();
    server.reset();
    feeder_.reset();
    clients->built.clear();
    hasLetGo_ = true;
  }

 private:
  Callback callback_;
  Action action_;
  bool actsNow_ = false;
  bool hasLetGo_ = false;
  TransportRef neighbour_;
  std::shared_ptr<Feeder> feeder_ = std::make_shared<Feeder>();
  int depth_ = 0;  // of callbacks within callbacks

 public:
  Story story;
  bool hasActed = false;
  bool stopsReactor = false;
  int made = 0;
  int lost = 0;
  TransportRef acting;
  std::vector<std::shared_ptr<Protocol>> owned;
  std::shared_ptr<Factory> server;
  std::shared_ptr<ScriptedFactory> clients;
  std::shared_ptr<ScriptedFactory> failing;
  Wire wire;
  std::shared_ptr<ListeningPort> port;
  Address host;

  // A callback of user code begins, and ends.
  class Inside {
   public:
    explicit Inside(Cell& cell) : cell_(cell) {
      if (cell_.depth_++ != 0) FAIL_CHECK("a callback was entered from inside another one");
    }
    ~Inside() { --cell_.depth_; }

   private:
    Cell& cell_;
  };

  void at(Callback callback) {
    if (!actsNow_ || callback != callback_ || std::exchange(hasActed, true)) return;
    action_(*this);
  }

  void answer() {
    if (!feeder_) return;
    try {
      acting->registerProducer(feeder_, Streaming::Push);
    } catch (const ProducerAlreadyRegistered&) {
      // The question came in pieces.
    }
    acting->write(std::string(1'000'000, 'x'));
  }

 private:
  std::shared_ptr<Protocol> build();

  Script clientScript() {
    Script script;
    script.made = [this](Scripted&) { const Inside inside(*this); };
    script.data = [this](Scripted&, std::string_view) { const Inside inside(*this); };
    script.lost = [this](Scripted&, const Failure&) { const Inside inside(*this); };
    return script;
  }

  void say(std::string_view text) {
    for (std::size_t i = 1; i < clients->built.size(); ++i) {
      clients->built[i]->transport->write(text);
    }
    wire.settle();
    wire.until([this] { return acting->unsentBytes() == 0; });
    wire.settle();
  }

  // All but the neighbour go.
  void leave() {
    acting->unregisterProducer();
    for (std::size_t i = 1; i < clients->built.size(); ++i) {
      clients->built[i]->transport->abortConnection();
    }
    wire.settle();
    acting->abortConnection();
    wire.settle();
  }

  void checkNeighbour() {
    if (hasLetGo_) return connectAgain();
    Scripted& neighbour = *clients->built[0];
    CHECK(!neighbour.isLost);
    neighbour.transport->write("still here");
    wire.until([&] { return neighbour.received == "still here" || neighbour.isLost; });
    CHECK(!neighbour.isLost);
    neighbour.transport->abortConnection();
    wire.settle();
  }

  // The test has let go of the neighbour: a new one is served all the same.
  void connectAgain() {
    actsNow_ = false;
    clients->built.clear();
    connect();
    wire.until([&] { return !clients->built.empty() && clients->built[0]->isMade; });
    clients->built[0]->transport->abortConnection();
    wire.settle();
  }

  void checkEnd() {
    neighbour_->abortConnection();
    for (const auto& client : clients->built) client->transport->abortConnection();
    wire.settle();
    CHECK(made == lost);
    CHECK(reactor().statistics().open == Wire::kOwnConnections);
    CHECK(reactor().statistics().queuedBytes == 0);
  }
};

// Echoes to the neighbour; the one that acts answers with much.
class Answering final : public Protocol {
 public:
  Answering(Cell& cell, bool acts) : cell_(cell), acts_(acts) {}

  void connectionMade() override {
    const Cell::Inside inside(cell_);
    ++cell_.made;
    if (!acts_) return;
    cell_.acting = transport;
    callLater(0s, [this] {
      const Cell::Inside timed(cell_);
      cell_.at(Callback::Timer);
    });
    cell_.at(Callback::Made);
  }
  void dataReceived(std::string_view data) override {
    const Cell::Inside inside(cell_);
    if (!acts_) return transport->write(data);
    cell_.at(Callback::Data);
    cell_.answer();
  }
  void connectionLost(const Failure&) override {
    const Cell::Inside inside(cell_);
    ++cell_.lost;
    if (acts_) cell_.at(Callback::Lost);
  }

 private:
  Cell& cell_;
  bool acts_;
};

// Acts when its output has drained.
class Draining final : public StreamProtocol {
 public:
  explicit Draining(Cell& cell) : cell_(cell) {}

  Deferred<void> serve() override {
    ++cell_.made;
    cell_.acting = transport;
    write(std::string(1'000'000, 'x'));
    co_await drained();
    const Cell::Inside inside(cell_);
    cell_.at(Callback::Drained);
  }
  void connectionLost(const Failure&) override { ++cell_.lost; }

 private:
  Cell& cell_;
};

inline std::shared_ptr<Protocol> Cell::build() {
  const Inside inside(*this);
  at(Callback::Factory);
  const bool drains = actsNow_ && callback_ == Callback::Drained;
  if (drains) {
    owned.push_back(std::make_shared<Draining>(*this));
  } else {
    owned.push_back(std::make_shared<Answering>(*this, actsNow_));
  }
  return owned.back();
}

// Takes the acting connection over.
class Heir final : public Protocol {
 public:
  explicit Heir(Cell& cell) : cell_(cell) {}

  void connectionMade() override { const Cell::Inside inside(cell_); }
  void dataReceived(std::string_view) override {
    const Cell::Inside inside(cell_);
    transport->write(std::string(1'000'000, 'x'));
  }
  void connectionLost(const Failure&) override {
    const Cell::Inside inside(cell_);
    ++cell_.lost;
  }

 private:
  Cell& cell_;
};

struct NamedDeed {
  const char* name;
  Cell::Action deed;
};

// Something else that speaks on a transport from now on.
class Successor final : public Protocol {
 public:
  void connectionMade() override { transport->write("it is me now"); }
};

inline const NamedDeed kDeeds[] = {
    {"loseConnection", [](Cell& cell) { cell.transport().loseConnection(); }},
    {"abortConnection", [](Cell& cell) { cell.transport().abortConnection(); }},
    {"delete the owner", [](Cell& cell) { cell.letGo(); }},
    {"write 1 MiB", [](Cell& cell) { cell.transport().write(std::string(1 << 20, 'y')); }},
    {"pause", [](Cell& cell) { cell.transport().pauseProducing(); }},
    {"resume", [](Cell& cell) { cell.transport().resumeProducing(); }},
    {"stop the reactor",
     [](Cell& cell) {
       cell.stopsReactor = true;
       cell.reactor().stop();
       CHECK_THROWS_AS(cell.reactor().stop(), ReactorNotRunning);
     }},
    {"run the reactor again",
     [](Cell& cell) { CHECK_THROWS_AS(cell.reactor().run(false), ReactorAlreadyRunning); }},
    {"throw", [](Cell&) { throw std::runtime_error("by a test"); }},
    {"cancel all timers",
     [](Cell& cell) {
       // The far ones are the deadlines of who connects, and the test's own.
       const TimePoint soon = cell.reactor().now() + 5s;
       for (DelayedCall& call : cell.reactor().getDelayedCalls()) {
         if (call.active() && call.getTime() < soon) call.cancel();
       }
       // Or the test's own wheels stand still.
       cell.reactor().callLater(0s, [] {});
     }},
    {"connect and listen",
     [](Cell& cell) {
       cell.connect();
       cell.wire.listen(cell.server)->stopListening();
     }},
    {"put another protocol on the transport",
     [](Cell& cell) {
       const auto successor = std::make_shared<Successor>();
       cell.owned.push_back(successor);
       successor->makeConnection(cell.acting);
     }},
    {"give the connection to another protocol",
     [](Cell& cell) { cell.transport().switchProtocol(std::make_shared<Heir>(cell), "question"); }},
};

inline void playDeeds(Callback callback) {
  const QuietLog quiet;
  const char* where = kCallbacks[static_cast<std::size_t>(callback)];
  for (const NamedDeed& each : kDeeds) {
    INFO("in " << std::string(where) << ": " << std::string(each.name));
    Cell(callback, each.deed).play();
  }
}

TEST_CASE("thirteen deeds in buildProtocol harm nobody [LF9][LF3][RC8]") {
  playDeeds(Callback::Factory);
}
TEST_CASE("thirteen deeds in connectionMade harm nobody [LF8][LF3][RC3]") {
  playDeeds(Callback::Made);
}
TEST_CASE("thirteen deeds in dataReceived harm nobody [LF7][LF3][RC3]") {
  playDeeds(Callback::Data);
}
TEST_CASE("thirteen deeds in connectionLost harm nobody [LF16][LF3][RC3]") {
  playDeeds(Callback::Lost);
}
TEST_CASE("thirteen deeds in clientConnectionFailed harm nobody [PT16][LF3][RC8]") {
  playDeeds(Callback::ConnectFailed);
}
TEST_CASE("thirteen deeds in a call of callLater harm nobody [RC19][LF3]") {
  playDeeds(Callback::Timer);
}
TEST_CASE("thirteen deeds in resumeProducing harm nobody [CL13][LF3]") {
  playDeeds(Callback::Resumed);
}
TEST_CASE("thirteen deeds after drained() harm nobody [LF3][LF4]") { playDeeds(Callback::Drained); }
TEST_CASE("thirteen deeds in a call of callFromThread harm nobody [TH1][LF3]") {
  playDeeds(Callback::ThreadCall);
}

}  // namespace
}  // namespace ropewalk::test
