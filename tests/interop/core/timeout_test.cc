#include "ropewalk/timeout.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ropewalk/error.h"
#include "support/guarded_reactor.h"
#include "support/loopback_wire.h"
#include "support/raw_conversation.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a timeout passes on the real clock, and the peer sees an orderly end [PO1]") {
  std::optional<Timeout> limit;
  Script server;
  server.made = [&](Scripted& self) { limit.emplace(self).set(100ms); };
  Conversation<Wire> talk(server);
  talk.begin();
  const auto began = std::chrono::steady_clock::now();
  talk.end();
  CHECK(std::chrono::steady_clock::now() - began >= 90ms);
  CHECK(talk.server().reason.check<PeerTimeoutError>());
  CHECK(talk.client().reason.check<ConnectionDone>());
}

TEST_CASE("input that came in time is delivered before a timeout that a blocked thread delayed") {
  std::optional<Timeout> limit;
  int passed = 0;
  RawSocket* impatient = nullptr;
  Script server;
  server.made = [&](Scripted& self) {
    if (!limit) limit.emplace(self, [&passed] { ++passed; }).set(100ms);
  };
  server.data = [&](Scripted&, std::string_view data) {
    if (data != "block") return limit->stop();
    impatient->send("in time");
    std::this_thread::sleep_for(900ms);
  };
  RawConversation talk(server);
  impatient = &talk.begin().peer;
  RawSocket blocking = RawSocket::connectedTo(talk.port->getHost());
  blocking.send("block");
  talk.until([&] { return talk.server().received == "in time" || passed > 0; });
  CHECK(passed == 0);
}

}  // namespace
}  // namespace ropewalk::test
