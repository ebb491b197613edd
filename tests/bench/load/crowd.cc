// A crowd of connections, for counting what one of them costs when there are many: connects them
// all and has each echo once, closes them all, connects and echoes again, and stops its reactor
// while they are open. endOfPhase() is called after each of the four.
//
//   $ crowd --role 0 --connections 1000               server; prints its port
//   $ crowd --role 1 --port 8000 --connections 1000   clients
//   $ crowd --role 2 --connections 1000               both, in the simulated world

#include <ropewalk/ropewalk.h>
#include <ropewalk/sim.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "options.h"

// Where a profiler is told to cut its counts.
extern "C" [[gnu::noinline]] void endOfPhase() { asm volatile("" ::: "memory"); }

using namespace ropewalk;

namespace {

enum Role : long { kServer, kClients, kSimulated };

struct Settings {
  long role = kServer;
  long port = 0;
  long connections = 1000;
  long stays = 0;
};
Settings settings;

// How far one side has come; `counted`: whether it is the one that ends the phases.
class Progress {
 public:
  explicit Progress(bool counted) : counted_(counted) {}

  void echoed() {
    ++echoed_;
    if (counted_ && (isFirstRound() || isFull())) endOfPhase();
  }
  void lost() {
    ++lost_;
    if (counted_ && isEmpty()) endOfPhase();
  }

  bool isFirstRound() const { return echoed_ == settings.connections; }
  bool isEmpty() const { return lost_ == settings.connections; }
  bool isFull() const { return echoed_ == 2 * settings.connections; }
  bool isOver() const { return lost_ == 2 * settings.connections; }

 private:
  const bool counted_;
  long echoed_ = 0;
  long lost_ = 0;
};

class Server final : public Protocol {
 public:
  explicit Server(Progress& progress) : progress_(progress) {}
  void dataReceived(std::string_view data) override {
    transport->write(data);
    progress_.echoed();
    // The last answer leaves first.
    if (progress_.isFull() && settings.role == kServer) {
      reactor().callLater(0s, [] { reactor().stop(); });
    }
  }
  void connectionLost(const Failure&) override { progress_.lost(); }

 private:
  Progress& progress_;
};

// All clients: so many at a time, so that no backlog overflows.
class Crowd : public std::enable_shared_from_this<Crowd> {
 public:
  explicit Crowd(Progress& progress) : progress_(progress) {}

  void begin() {
    open_.clear();
    begun_ = 0;
    ++round_;
    for (long i = 0; i < kTogether; ++i) connectNext();
  }

  void echoed(const TransportRef& client) {
    open_.push_back(client);
    progress_.echoed();
    if (begun_ < settings.connections) return connectNext();
    if (progress_.isFirstRound()) {
      for (const TransportRef& each : open_) each->loseConnection();
    }
    if (progress_.isFull() && !settings.stays) reactor().stop();
  }
  void lost() {
    progress_.lost();
    if (progress_.isEmpty()) begin();
    if (progress_.isOver() && settings.stays) reactor().stop();
  }

 private:
  static constexpr long kTogether = 100;
  void connectNext();

  Progress& progress_;
  std::vector<TransportRef> open_;
  long begun_ = 0;
  int round_ = 0;
};

class Client final : public Protocol {
 public:
  explicit Client(std::shared_ptr<Crowd> crowd) : crowd_(std::move(crowd)) {}
  void connectionMade() override { transport->write("hello"); }
  void dataReceived(std::string_view) override { crowd_->echoed(transport); }
  void connectionLost(const Failure&) override { crowd_->lost(); }

 private:
  std::shared_ptr<Crowd> crowd_;
};

// Each round to another address: the ports of the first wait out their time.
void Crowd::connectNext() {
  if (begun_ == settings.connections) return;
  ++begun_;
  const auto factory = ClientFactory::of(Factory::forProtocol<Client>(shared_from_this()));
  const std::string host =
      settings.role == kSimulated ? "server" : "127.0.0." + std::to_string(1 + round_);
  reactor().connectTCP(host, static_cast<int>(settings.port), factory);
}

void simulate() {
  settings.port = 8000;
  Progress served(false), asked(true);
  sim::World world;
  world.host("server").run(
      [&] { reactor().listenTCP(8000, Factory::forProtocol<Server>(std::ref(served))); });
  const auto crowd = std::make_shared<Crowd>(asked);
  world.host("client").run([&] { crowd->begin(); });
  world.runUntil([&] { return served.isOver(); });
}

void serve() {
  Progress progress(true);
  const auto port = reactor().listenTCP(0, Factory::forProtocol<Server>(std::ref(progress)));
  std::printf("%d\n", port->getHost().port());
  std::fflush(stdout);
  reactor().run();
}

void ask() {
  Progress progress(true);
  const auto crowd = std::make_shared<Crowd>(progress);
  crowd->begin();
  reactor().run();
}

}  // namespace

int main(int argc, char** argv) {
  bench::parseOptions(
      argc, argv,
      {{"role", "0: server, 1: clients, 2: both, simulated", settings.role, 0, 2},
       {"port", "the server's port", settings.port, 0, 65535},
       {"connections", "how many", settings.connections, 1, 19'000},
       {"stays", "1: clients wait until the server ends them", settings.stays, 0, 1}});
  switch (settings.role) {
    case kServer:
      serve();
      break;
    case kClients:
      ask();
      break;
    case kSimulated:
      simulate();
      break;
  }
  endOfPhase();
}
