#include "ropewalk/sim/connected_pair.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/error.h"
#include "ropewalk/sim/recorder.h"

using namespace ropewalk;
using sim::connectedServerAndClient;
using sim::Recorder;

namespace {

class Echo : public Recorder {
 public:
  void dataReceived(std::string_view data) override { transport->write(data); }
};

}  // namespace

TEST_CASE("A connected pair carries bytes both ways when it is flushed [TK3]") {
  auto pair = connectedServerAndClient(std::make_shared<Echo>(), std::make_shared<Recorder>());
  CHECK(pair.server->timesMade() == 1);
  CHECK(pair.client->timesMade() == 1);
  pair.client->transport->write("hello");
  CHECK(pair.client->received() == "");
  pair.flush();
  CHECK(pair.client->received() == "hello");
}

TEST_CASE("A connected pair moves a step at a time when it is pumped [TK3]") {
  auto pair = connectedServerAndClient(std::make_shared<Echo>(), std::make_shared<Recorder>());
  pair.client->transport->write("hello");
  int pumps = 0;
  while (pair.client->received().empty() && pumps < 100) {
    pair.pump();
    ++pumps;
  }
  CHECK(pumps > 1);
  CHECK(pumps < 10);
}

TEST_CASE("A connected pair's close reaches the other side, and an abort as a reset [TK4]") {
  auto pair = connectedServerAndClient(std::make_shared<Echo>(), std::make_shared<Recorder>());
  SUBCASE("a close") {
    pair.client->transport->loseConnection();
    pair.flush();
    CHECK(pair.server->reason().check<ConnectionDone>());
    CHECK(pair.client->reason().check<ConnectionDone>());
  }
  SUBCASE("an abort") {
    pair.client->transport->abortConnection();
    pair.flush();
    CHECK(pair.server->reason().check<ConnectionLost>());
    CHECK(pair.client->reason().check<ConnectionAborted>());
  }
}

TEST_CASE("A connected pair's time passes for both [TK3]") {
  auto pair = connectedServerAndClient(std::make_shared<Recorder>(), std::make_shared<Recorder>());
  std::string order;
  pair.server->callLater(2s, [&] { order += 's'; });
  pair.client->callLater(1s, [&] { order += 'c'; });
  pair.advance(3s);
  CHECK(order == "cs");
}
