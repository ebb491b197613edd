#include "ropewalk/sim/world.h"
#include "support/simulated_wire.h"
#include "unit/core/eviction_rules.h"

namespace ropewalk::test {
namespace {

// Says that it is idle, and notes when it ends.
class Idle : public Protocol {
 public:
  Idle(std::string name, std::vector<std::string>& ended) : name_(std::move(name)), ended_(ended) {}
  void connectionMade() override { transport->setIdle(true); }
  void connectionLost(const Failure&) override { ended_.push_back(name_); }

 private:
  std::string name_;
  std::vector<std::string>& ended_;
};

TEST_CASE("without descriptors the one that has been idle longest goes, whichever port it is of") {
  const CapturedLog log;
  std::vector<std::string> ended;
  sim::World world;
  sim::Host& server = world.host("server");
  sim::Host& client = world.host("client");
  server.setDescriptorLimit(2 * (3 + 5));  // the ports, five connections, and as many in reserve
  server.run([&] {
    ListenOptions options;
    options.maxConnections = 100;
    reactor().listenTCP(1, Factory::forProtocol<Idle>("one", std::ref(ended)), options);
    reactor().listenTCP(2, Factory::forProtocol<Idle>("two", std::ref(ended)), options);
    reactor().listenTCP(3, Factory::forProtocol<Idle>("three", std::ref(ended)));
  });
  const auto connect = [&](int port) {
    const auto peer = client.connect<sim::Recorder>("server", port);
    world.advance(1s);
    CHECK(peer->made());
  };
  for (const int port : {2, 1, 3, 1, 2}) connect(port);
  for (const int port : {1, 3, 2, 2, 1}) connect(port);
  std::string order;
  for (const std::string& each : ended) order += each + " ";
  CHECK(order == "two one three one two ");
  CHECK(log.has("(RLIMIT_NOFILE, 16): idle ones are closed for new ones"));
  ended.clear();
}

TEST_CASE("an accept that the kernel refuses for want of descriptors ends an idle connection") {
  const CapturedLog log;
  std::vector<std::string> ended;
  sim::World world;
  sim::Host& server = world.host("server");
  server.run([&] { reactor().listenTCP(1, Factory::forProtocol<Idle>("one", std::ref(ended))); });
  const auto first = world.host("client").connect<sim::Recorder>("server", 1);
  world.advance(1s);
  server.setDescriptorLimit(server.descriptors());  // the rest of the process has taken the others
  const auto second = world.host("client").connect<sim::Recorder>("server", 1);
  world.advance(0s);
  CHECK(second->made());
  CHECK(ended.size() == 1);
  CHECK(first->lost());
  CHECK(!second->lost());
  ended.clear();
}

}  // namespace
}  // namespace ropewalk::test
