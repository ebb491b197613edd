#include "ropewalk/factory.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/sim.h"
#include "support/simulated_wire.h"
#include "unit/core/switching_end_rules.h"
#include "unit/core/switching_rules.h"

namespace ropewalk::test {
namespace {

// Goes on after a drain was asked for, until it is told otherwise.
struct Draining : Protocol {
  explicit Draining(bool ends) : endsThen(ends) {}
  void connectionMade() override { heard += "made "; }
  void dataReceived(std::string_view data) override { heard += data; }
  void drainRequested() override {
    heard += " drain";
    if (endsThen) transport->loseConnection();
  }
  std::string heard;
  bool endsThen;
};

TEST_CASE("a drain is asked of the next protocol, after its input [RC13]") {
  const auto old = std::make_shared<Draining>(false);
  const auto next = std::make_shared<Draining>(true);
  Story story;
  Wire wire;
  const auto clients = scripted(story, "client");
  const auto port = wire.listen(std::make_shared<ProtocolFactory<Protocol>>(
      [&](const Address&) -> std::shared_ptr<Protocol> { return old; }));
  wire.connect(*port, clients);
  wire.until([&] { return story.has("client made") && old->heard == "made "; });
  clients->built[0]->transport->write("kernel");
  Reactor& reactor = wire.serverReactor();
  SUBCASE("that begins with the switch") {
    reactor.callLater(0s, [&] {
      old->transport->switchProtocol(next, "unread ");
      reactor.drain();
    });
  }
  SUBCASE("that was asked of the old one") {
    reactor.callLater(0s, [&] { reactor.drain(); });
    wire.until([&] { return old->heard.ends_with(" drain"); });
    old->transport->switchProtocol(next, "unread ");
  }
  wire.until([&] { return story.has("client lost"); });
  CHECK(next->heard.starts_with("made unread "));
  CHECK(next->heard.ends_with(" drain"));
  clients->built.clear();
}

// Gives its connection away at the first bytes.
struct Giver : Protocol {
  explicit Giver(std::shared_ptr<Protocol> then) : next(std::move(then)) {}
  void dataReceived(std::string_view) override { transport->switchProtocol(next); }
  std::shared_ptr<Protocol> next;
};

TEST_CASE("`unread` counts in the memory budget until the next protocol has it") {
  struct Pausing : sim::Recorder {
    void connectionMade() override { transport->pauseProducing(); }
    void dataReceived(std::string_view data) override {
      sim::Recorder::dataReceived(data);
      transport->pauseProducing();
    }
  };
  const auto next = std::make_shared<Pausing>();
  Giver giver(next);
  sim::StringTransport wire;
  giver.makeConnection(wire);
  const std::size_t before = memoryHeld();
  wire->switchProtocol(next, std::string(100'000, 'x'));
  wire.settle();
  CHECK(memoryHeld() - before >= 100'000);
  wire->resumeProducing();
  wire.settle();
  CHECK(next->received().size() == 100'000);
  CHECK(memoryHeld() == before);
}

TEST_CASE("a StringTransport that goes away ends the protocol that it was switched to") {
  const auto next = std::make_shared<sim::Recorder>();
  Giver giver(next);
  {
    sim::StringTransport transport;
    giver.makeConnection(transport);
    transport.deliver("go");
    CHECK(next->made());
  }
  CHECK(next->lost());
}

}  // namespace
}  // namespace ropewalk::test
