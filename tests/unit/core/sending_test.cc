// What may wait to be sent, and what is done about what cannot be sent. LF7, LF14, PC7.

#include <doctest/doctest.h>
#include <fcntl.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/producer.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/captured_log.h"
#include "support/unnamed_file.h"

namespace ropewalk::test {
namespace {

constexpr int kPort = 8000;
constexpr std::size_t kMuch = 9'000'000;

struct Server : Protocol {
  Server(Failure* endsWith, TransportRef* its, std::string* what, const bool* isTo)
      : reason(*endsWith), made(*its), heard(*what), throws(*isTo) {}
  void connectionMade() override { made = transport; }
  void dataReceived(std::string_view data) override {
    if (throws) throw std::runtime_error("not this");
    heard += data;
  }
  void connectionLost(const Failure& why) override { reason = why; }

  Failure& reason;
  TransportRef& made;
  std::string& heard;
  const bool& throws;
};

// A server, and a client that reads only when it is told.
struct Sending {
  Sending() {
    world.host("server").run([this] {
      reactor().listenTCP(kPort, Factory::forProtocol<Server>(&reason, &server, &heard, &throws));
    });
    client = world.host("client").connect<sim::Recorder>("server", kPort);
    world.advance(1s);
    client->transport->pauseProducing();
    world.advance(1s);
  }
  void cap(std::size_t bytes) {
    ConnectionLimits limits = server->limits();
    limits.maxQueued = bytes;
    server->setLimits(limits);
  }
  Transport& transport() { return *server; }

  Failure reason;
  TransportRef server;
  std::string heard;
  bool throws = false;
  sim::World world;
  std::shared_ptr<sim::Recorder> client;
};

TEST_CASE("nothing is written over the cap, and nothing happens [LF14]") {
  Sending sending;
  sending.cap(1000);
  sending.transport().write(std::string(kMuch, 'x'));
  sending.world.advance(1s);
  sending.transport().write("");
  sending.transport().write(SharedBytes());
  sending.transport().write(std::string());
  sending.world.advance(1s);
  CHECK(sending.transport().isConnected());
  sending.transport().write(SharedBytes("x"));
  sending.world.advance(1s);
  CHECK(sending.reason.check<WriteQueueFull>());
}

TEST_CASE("the cap is for memory: a file behind it takes none [LF14]") {
  Sending sending;
  sending.cap(1000);
  const std::string contents(kMuch, 'f');
  sending.transport().writeFile(unnamedFile(contents), 0, contents.size());
  sending.world.advance(1s);
  sending.transport().write("trailer");
  sending.world.advance(1s);
  CHECK(sending.transport().unsentBytes() > 1000);
  sending.client->transport->resumeProducing();
  sending.world.advance(1min);
  CHECK(sending.client->received() == contents + "trailer");
}

TEST_CASE("a file that cannot be read ends in a reset, so that nobody takes half for whole") {
  Sending sending;
  sending.client->transport->resumeProducing();
  sending.transport().write("100 bytes follow");
  sending.transport().writeFile(FileDescriptor(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), 0,
                                100);
  sending.transport().loseConnection();
  sending.world.advance(1s);
  CHECK(sending.reason.check<ConnectionLost>());
  CHECK(sending.client->reason().check<ConnectionLost>());
}

// Notes how much waits when it is told something.
struct Noting : Producer {
  explicit Noting(TransportRef to) : transport(std::move(to)) {}
  void pauseProducing() override { ++pauses; }
  void stopProducing() override { ++stops; }
  void resumeProducing() override {
    ++resumes;
    waiting = transport->unsentBytes();
  }

  TransportRef transport;
  int pauses = 0;
  int resumes = 0;
  int stops = 0;
  std::size_t waiting = 0;
};

TEST_CASE("a producer is not resumed when somebody else has filled the queue meanwhile [PC7]") {
  Sending sending;
  const auto noting = std::make_shared<Noting>(sending.server);
  sending.transport().registerProducer(noting, Streaming::Push);
  sending.transport().write(std::string(kMuch, 'x'));
  sending.world.advance(1s);
  CHECK(noting->pauses == 1);
  Reactor& there = sending.world.host("server").reactor();
  bool filled = false;
  std::function<void()> fill = [&] {
    if (sending.transport().unsentBytes() > 16 * 1024) {
      there.callLater(0s, fill);
      return;
    }
    sending.transport().write(std::string(kMuch, 'y'));
    filled = true;
  };
  there.callLater(0s, fill);
  sending.client->transport->resumeProducing();
  REQUIRE(sending.world.runUntil([&] { return filled; }));
  sending.world.advance(1min);
  CHECK(sending.client->received().size() == 2 * kMuch);
  CHECK(noting->resumes == 1);
  CHECK(noting->waiting <= 16 * 1024);
}

TEST_CASE("nothing is read while more waits than may wait by now [LF14]") {
  Sending sending;
  const auto write = [&] {
    sending.transport().write(std::string(kMuch, 'x'));
    sending.world.advance(1s);
    sending.client->transport->write("1");
    sending.world.advance(1s);
    CHECK(sending.heard == "1");
  };
  SUBCASE("for it is no longer read whatever waits") {
    sending.transport().setReadWhileBlocked(true);
    write();
    sending.transport().setReadWhileBlocked(false);
  }
  SUBCASE("for no longer as much may wait") {
    ConnectionLimits limits = sending.server->limits();
    limits.writeHighWater = 2 * kMuch;
    sending.transport().setLimits(limits);
    write();
    sending.transport().setLimits(ConnectionLimits());
  }
  sending.client->transport->write("2");
  sending.world.advance(1s);
  CHECK(sending.heard == "1");
  sending.client->transport->resumeProducing();
  sending.world.advance(1min);
  CHECK(sending.heard == "12");
}

TEST_CASE("whoever is given another time to take something has it from then on") {
  Sending sending;
  ConnectionLimits limits = sending.server->limits();
  sending.transport().write(std::string(kMuch, 'x'));
  sending.world.advance(10s);
  SUBCASE("a longer one") {
    limits.writeStall = 60s;
    sending.transport().setLimits(limits);
    sending.world.advance(58s);
    CHECK(sending.transport().isConnected());
    sending.world.advance(4s);
  }
  SUBCASE("a shorter one") {
    limits.writeStall = 5s;
    sending.transport().setLimits(limits);
    sending.world.advance(7s);
  }
  CHECK(sending.reason.check<ConnectionLost>());
}

// Tries to have another in its place when it is stopped.
struct Stubborn : Noting {
  Stubborn(TransportRef to, std::shared_ptr<Noting> another)
      : Noting(std::move(to)), next(std::move(another)) {}
  void stopProducing() override {
    Noting::stopProducing();
    transport->registerProducer(next, Streaming::Push);
  }

  std::shared_ptr<Noting> next;
};

TEST_CASE("no producer keeps a connection open whose callback has thrown [LF7]") {
  const CapturedLog log;
  Sending sending;
  const auto next = std::make_shared<Noting>(sending.server);
  const auto first = std::make_shared<Stubborn>(sending.server, next);
  sending.transport().registerProducer(first, Streaming::Push);
  sending.throws = true;
  sending.client->transport->write("?");
  sending.client->transport->resumeProducing();
  sending.world.advance(1s);
  CHECK(sending.reason.check<std::runtime_error>());
  CHECK(first->stops == 1);
  CHECK(next->stops == 1);
}

}  // namespace
}  // namespace ropewalk::test
