// What a real connection received is played into a simulated world: the same pieces, at the same
// times.

#include "ropewalk/sim/capture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/temporary_folder.h"

using namespace ropewalk;
using namespace ropewalk::test;

namespace {

// What one connection received, as its protocol saw it.
struct Heard {
  std::vector<std::string> pieces;
  std::vector<Duration> times;
  bool isLost = false;
};

class Listener : public Protocol {
 public:
  explicit Listener(Heard* heard) : heard_(*heard) {}
  void connectionMade() override { start_ = transport->reactor().now(); }
  void dataReceived(std::string_view data) override {
    heard_.pieces.emplace_back(data);
    heard_.times.push_back(transport->reactor().now() - start_);
  }
  void connectionLost(const Failure&) override { heard_.isLost = true; }

 private:
  Heard& heard_;
  TimePoint start_{};
};

}  // namespace

TEST_CASE("what a real connection received, and when, is played into a simulated world") {
  const TemporaryFolder folder;
  Heard real;
  {
    Reactor reactor;
    const auto port = reactor.listenTCP(
        0, sim::capturing(Factory::forProtocol<Listener>(&real), folder.path("real-")),
        {"127.0.0.1"});
    RawSocket peer = RawSocket::connectedTo(port->getHost());
    for (const char* const piece : {"GET / HT", "TP/1.1\r\n", "Host: h\r\n\r\n"}) {
      const std::size_t before = real.pieces.size();
      peer.send(piece);
      turnUntil(reactor, [&] { return real.pieces.size() > before; });
    }
    peer.close();
    turnUntil(reactor, [&] { return real.isLost; });
  }
  REQUIRE(real.pieces.size() == 3);

  const sim::Capture capture = sim::Capture::load(folder.path("real-1"));
  Heard replayed;
  sim::World world;
  world.host("server").run(
      [&] { reactor().listenTCP(80, Factory::forProtocol<Listener>(&replayed)); });
  world.host("client").connect<sim::Replay>("server", 80, capture);
  world.advance(1min);
  CHECK(replayed.pieces == real.pieces);
  CHECK(replayed.isLost);
  REQUIRE(replayed.times.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(replayed.times[i] == capture.events[i].at);
    CHECK(capture.events[i].at >= (i == 0 ? Duration::zero() : capture.events[i - 1].at));
  }
  world.finish();
}
