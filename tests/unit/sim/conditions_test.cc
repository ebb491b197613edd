// What a World's wires, ports and clocks can be made to do.

#include "ropewalk/sim/conditions.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"

using namespace ropewalk;
using sim::Firewall;
using sim::Recorder;
using sim::World;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

// Sends so many bytes to whoever comes.
class Fountain : public Protocol {
 public:
  explicit Fountain(std::size_t size) : size_(size) {}
  void connectionMade() override { transport->write(std::string(size_, 'x')); }

 private:
  std::size_t size_;
};

// Reads nothing.
class Deaf : public Protocol {
  void connectionMade() override { transport->pauseProducing(); }
};

template <typename P, typename... A>
void serve(World& world, const A&... arguments) {
  world.host("server").run(
      [&] { reactor().listenTCP(8001, Factory::forProtocol<P>(arguments...)); });
}

}  // namespace

TEST_CASE("World's packets with a delay of Duration::max() never arrive") {
  World world;
  serve<Echo>(world);
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(1s);
  SUBCASE("fixed") { world.setDelay(Duration::max()); }
  SUBCASE("fixed, between two") { world.setDelay("client", "server", Duration::max()); }
  SUBCASE("fixed and more by chance") {
    world.setDelay({.fixed = Duration::max(), .jitter = Duration::max()});
  }
  client->transport->write("hello");
  const auto late = world.host("client").connect<Recorder>("server", 8001);
  world.runUntilIdle();
  world.advance(100s);
  CHECK(client->received() == "");
  CHECK(late->failed());
  CHECK(late->reason().check<TimeoutError>());
  CHECK(!client->lost());
}

TEST_CASE("World lets no more bytes a second through than it was told, and no fewer") {
  World world;
  world.setBandwidth(100'000);
  serve<Fountain>(world, std::size_t{1'000'000});
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(5s);
  CHECK(client->received().size() > 498'000);
  CHECK(client->received().size() <= 500'000);
  world.advance(5001ms);
  CHECK(client->received().size() == 1'000'000);
  // They come as they come from an Ethernet.
  for (const std::size_t piece : client->pieces()) CHECK(piece <= 1460);
}

TEST_CASE("World has all connections between two hosts share the bandwidth, and no others") {
  World world;
  world.setBandwidth("server", "slow", 10'000);
  serve<Fountain>(world, std::size_t{100'000});
  const auto first = world.host("slow").connect<Recorder>("server", 8001);
  const auto second = world.host("slow").connect<Recorder>("server", 8001);
  const auto quick = world.host("quick").connect<Recorder>("server", 8001);
  world.advance(10s);
  CHECK(quick->received().size() == 100'000);
  const std::size_t both = first->received().size() + second->received().size();
  CHECK(both > 98'000);
  CHECK(both <= 100'000);
  world.setBandwidth("server", "slow", 0);
  world.advance(11s);
  CHECK(first->received().size() + second->received().size() == 200'000);
}

TEST_CASE("World lets each direction of a wire have its own bandwidth") {
  World world;
  world.setBandwidth(100'000);
  serve<Fountain>(world, std::size_t{100'000});
  const auto client = world.host("client").connect<Recorder>("server", 8001);
  world.advance(1ms);
  client->transport->write(std::string(100'000, 'y'));
  world.advance(1000ms);
  CHECK(client->received().size() == 100'000);
  CHECK(world.host("server").reactor().statistics().bytesReceived == 100'000);
}

TEST_CASE("A host's firewall refuses a port although somebody listens there") {
  World world;
  serve<Echo>(world);
  const auto early = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  world.host("server").setFirewall(8001, Firewall::Refuse);
  const auto refused = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(refused->failed());
  CHECK(refused->reason().check<ConnectionRefusedError>());
  early->transport->write("still there");
  world.advance(0s);
  CHECK(early->received() == "still there");
  world.host("server").setFirewall(8001, Firewall::Open);
  const auto late = world.host("client").connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(late->made());
}

TEST_CASE("A host's firewall swallows who wants to connect, until it is opened") {
  World world;
  world.host("server").setFirewall(8001, Firewall::Drop);
  serve<Echo>(world);
  const auto tired = world.host("client").connect<Recorder>("server", 8001);
  world.advance(9900ms);
  CHECK(!tired->failed());
  world.advance(200ms);
  CHECK(tired->reason().check<TimeoutError>());

  const auto patient = world.host("client").connect<Recorder>("server", 8001);
  world.advance(500ms);
  world.host("server").setFirewall(8001, Firewall::Open);
  world.advance(400ms);
  CHECK(!patient->made());
  // It asks again after a second, as Linux does.
  world.advance(100ms);
  CHECK(patient->made());
}

TEST_CASE("A silent port has the kernel itself give up after two minutes") {
  World world;
  world.host("server").setFirewall(8001, Firewall::Drop);
  auto client = std::make_shared<Recorder>();
  Failure why;
  class Asking : public ClientFactory {
   public:
    explicit Asking(Failure* why) : why_(why) {}
    std::shared_ptr<Protocol> buildProtocol(const Address&) override { return nullptr; }
    void clientConnectionFailed(Connector&, const Failure& failed) override { *why_ = failed; }

   private:
    Failure* why_;
  };
  const int address = world.host("server").address(8001).port();
  world.host("client").run([&] {
    reactor().connectTCP("10.0.0.1", address, std::make_shared<Asking>(&why), ConnectOptions(1h));
  });
  world.advance(126s);
  CHECK(!why);
  world.advance(2s);
  CHECK(why.code().value() == ETIMEDOUT);
}

TEST_CASE("A host can be out of descriptors and get some back while it runs") {
  World world;
  serve<Echo>(world);
  sim::Host& client = world.host("client");
  client.setDescriptorLimit(0);
  const auto none = client.connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(none->failed());
  CHECK(none->reason().code().value() == EMFILE);
  client.setDescriptorLimit(1);
  const auto one = client.connect<Recorder>("server", 8001);
  world.advance(0s);
  CHECK(one->made());
}

TEST_CASE("World's clock starts anywhere, and timers run over the edges of counters [TM12]") {
  const TimePoint edges[] = {TimePoint{}, TimePoint{std::chrono::milliseconds((1LL << 31) - 5000)},
                             TimePoint{std::chrono::milliseconds((1LL << 32) - 5000)},
                             TimePoint{std::chrono::hours(24 * 365 * 30)}};
  for (const TimePoint start : edges) {
    CAPTURE(start.time_since_epoch().count());
    World world(1, start);
    CHECK(world.now() == start);
    serve<Fountain>(world, std::size_t{3'000'000});
    world.host("client").connect<Deaf>("server", 8001);
    int beats = 0;
    world.host("client").run([&] {
      for (int second = 1; second <= 10; ++second) {
        reactor().callLater(1s * second, [&beats] { ++beats; });
      }
    });
    world.advance(9s);
    CHECK(beats == 9);
    CHECK(world.trace().front().starts_with("0.000000000 "));
    // The write-stall deadline, 30 s, lies behind the edge.
    world.advance(19s);
    CHECK(world.host("server").reactor().statistics().open == 1);
    world.advance(4s);
    CHECK(world.host("server").reactor().statistics().open == 0);
  }
}
