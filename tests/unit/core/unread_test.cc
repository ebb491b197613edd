#include "ropewalk/memory_budget.h"
#include "ropewalk/sim.h"
#include "support/simulated_wire.h"
#include "unit/core/unread_rules.h"

namespace ropewalk::test {
namespace {

TEST_CASE("input that was given back counts in the memory budget until it is delivered") {
  sim::Recorder protocol;
  sim::StringTransport wire;
  protocol.makeConnection(wire);
  const std::size_t before = memoryHeld();
  wire->pauseProducing();
  wire->unread(std::string(100'000, 'x'));
  CHECK(memoryHeld() - before >= 100'000);
  wire->resumeProducing();
  wire.settle();
  CHECK(protocol.received().size() == 100'000);
  CHECK(memoryHeld() == before);
}

TEST_CASE("a connection that ends or has ended keeps nothing that is given back") {
  sim::Recorder protocol;
  sim::StringTransport wire;
  protocol.makeConnection(wire);
  const TransportRef transport = protocol.transport;
  SUBCASE("closing") {
    wire.setRoom(0);
    transport->write("never sent");
    transport->loseConnection();
  }
  SUBCASE("ended") {
    transport->abortConnection();
    wire.settle();
    REQUIRE(protocol.lost());
  }
  const std::size_t before = memoryHeld();
  transport->unread(std::string(100'000, 'x'));
  CHECK(memoryHeld() == before);
}

// Answers each message of one KiB with a piece, unless it is blocked.
struct Answering final : Protocol {
  static constexpr std::size_t kMessage = 1024;

  void dataReceived(std::string_view data) override {
    CHECK(!transport->isBlocked());
    if (firstRead == 0) firstRead = data.size() / kMessage;
    for (; data.size() >= kMessage; data.remove_prefix(kMessage)) {
      if (transport->isBlocked()) return transport->unread(std::string(data));
      transport->write(pattern(answered++ * Wire::kPieceSize, Wire::kPieceSize));
    }
  }
  void drainRequested() override {
    answeredBeforeDrain = answered;
    transport->loseConnection();
  }
  std::size_t firstRead = 0;  // messages
  std::size_t answered = 0;
  std::size_t answeredBeforeDrain = 0;
};

// A client that sends messages to an Answering server.
struct Drained {
  Drained() {
    port = wire.listen(std::make_shared<ProtocolFactory<Protocol>>(
        [this](const Address&) -> std::shared_ptr<Protocol> { return server; }));
    connector = wire.connect(*port, clients);
    wire.until([&] { return story.has("client made") && server->transport->isConnected(); });
  }
  ~Drained() { clients->built.clear(); }

  Scripted& client() { return *clients->built[0]; }
  void send(std::size_t messages) {
    client().transport->write(std::string(messages * Answering::kMessage, '.'));
  }
  void drainLater() {
    wire.serverReactor().callLater(0s, [this] { wire.serverReactor().drain(); });
  }
  void end() {
    wire.until([&] { return story.has("client lost"); });
  }

  Story story;
  std::shared_ptr<ScriptedFactory> clients = scripted(story, "client");
  std::shared_ptr<Answering> server = std::make_shared<Answering>();
  Wire wire;
  std::shared_ptr<ListeningPort> port;
  std::shared_ptr<Connector> connector;
};

TEST_CASE("drainRequested() comes after input that was given back [RC13]") {
  constexpr std::size_t kMessages = 40;
  Drained talk;
  talk.client().transport->pauseProducing();
  SUBCASE("given back before the drain") {
    talk.send(kMessages);
    talk.wire.settle();
    CHECK(talk.server->answered < kMessages);
    CHECK(talk.server->transport->isBlocked());
    talk.drainLater();
  }
  SUBCASE("read by the drain") {
    talk.server->transport->pauseProducing();
    talk.send(kMessages);
    talk.wire.settle();
    talk.wire.serverReactor().callLater(0s, [&] {
      talk.server->transport->resumeProducing();
      talk.wire.serverReactor().drain();
    });
  }
  talk.wire.world().advance(1s);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.server->answeredBeforeDrain == kMessages);
  CHECK(isPattern(talk.client().received, kMessages * Wire::kPieceSize));
}

TEST_CASE("a drain that waits for such input goes on when the protocol pauses") {
  Drained talk;
  talk.client().transport->pauseProducing();
  talk.send(40);
  talk.wire.settle();
  CHECK(talk.server->transport->isBlocked());
  talk.drainLater();
  talk.wire.world().advance(1s);
  CHECK(talk.server->answeredBeforeDrain == 0);
  talk.wire.serverReactor().callLater(0s, [&] { talk.server->transport->pauseProducing(); });
  talk.wire.world().advance(1s);
  CHECK(talk.server->answeredBeforeDrain == talk.server->answered);
  talk.client().transport->resumeProducing();
  talk.end();
}

TEST_CASE("a drain reads once, however much the client has sent") {
  constexpr std::size_t kMessages = 2'000;
  Drained talk;
  talk.client().transport->pauseProducing();
  talk.send(kMessages);
  talk.wire.until([&] { return talk.server->answered > 0; });
  talk.drainLater();
  talk.wire.world().advance(1s);
  talk.client().transport->resumeProducing();
  talk.end();
  CHECK(talk.server->firstRead < kMessages / 2);
  CHECK(talk.server->answeredBeforeDrain == talk.server->firstRead);
  CHECK(isPattern(talk.client().received, talk.server->answeredBeforeDrain * Wire::kPieceSize));
}

}  // namespace
}  // namespace ropewalk::test
