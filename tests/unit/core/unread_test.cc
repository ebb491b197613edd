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

TEST_CASE("a drain is asked for after the input that was given back [RC13]") {
  constexpr std::size_t kMessages = 20;
  struct Answering final : Protocol {
    void dataReceived(std::string_view data) override {
      while (!data.empty()) {
        if (transport->isBlocked()) return transport->unread(std::string(data));
        transport->write(pattern(answered++ * Wire::kPieceSize, Wire::kPieceSize));
        data.remove_prefix(1);
      }
    }
    void drainRequested() override {
      answeredBefore = answered;
      transport->loseConnection();
    }
    std::size_t answered = 0;
    std::size_t answeredBefore = 0;
  };
  Story story;
  Wire wire;
  const auto answering = std::make_shared<Answering>();
  const auto clients = scripted(story, "client");
  const auto port = wire.listen(std::make_shared<ProtocolFactory<Protocol>>(
      [&](const Address&) -> std::shared_ptr<Protocol> { return answering; }));
  wire.connect(*port, clients);
  wire.until([&] { return story.has("client made") && answering->transport->isConnected(); });
  SUBCASE("given back before the drain") {
    clients->built[0]->transport->write(std::string(kMessages, '.'));
    wire.until([&] { return answering->answered > 0; });
    wire.serverReactor().callLater(0s, [&] { wire.serverReactor().drain(); });
  }
  SUBCASE("read by the drain") {
    // The drain begins in the turn in which the input arrives.
    answering->transport->pauseProducing();
    clients->built[0]->transport->write(std::string(kMessages, '.'));
    wire.settle();
    wire.serverReactor().callLater(0s, [&] {
      answering->transport->resumeProducing();
      wire.serverReactor().drain();
    });
  }
  wire.until([&] { return story.has("client lost"); });
  CHECK(answering->answeredBefore == kMessages);
  CHECK(isPattern(clients->built[0]->received, kMessages * Wire::kPieceSize));
  clients->built.clear();
}

}  // namespace
}  // namespace ropewalk::test
