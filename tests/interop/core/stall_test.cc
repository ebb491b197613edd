// What ConnectionLimits promise of time, on real sockets in real time. All of it runs side by side.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/failure.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

constexpr Duration kStall = 2s;
constexpr Duration kClose = 3s;

// Writes more than the kernel takes when it is spoken to, and closes if it is told to.
class Talker final : public Protocol {
 public:
  void dataReceived(std::string_view data) override {
    if (began != TimePoint{}) return;
    static const SharedBytes kMuch(pattern(0, kMoreThanTheKernelTakes));
    transport->write(kMuch);
    if (data == "close") transport->loseConnection();
    began = transport->reactor().now();
  }
  void connectionLost(const Failure& why) override {
    reason = why;
    lasted = transport->reactor().now() - began;
  }

  TimePoint began{};
  Duration lasted{};
  Failure reason;
};

class TalkerFactory final : public Factory {
 public:
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return built.emplace_back(std::make_shared<Talker>());
  }
  std::vector<std::shared_ptr<Talker>> built;
};

// `late` is how late the reactor itself ran, on a loaded machine.
bool isWithinTenth(Duration measured, Duration promised, Duration late) {
  const Duration tolerance = std::max<Duration>(promised / 10, 250ms);
  return measured > promised - tolerance && measured < promised + tolerance + late + 50ms;
}

TEST_CASE("a deadline holds within 10 %, and a slow but steady reader is not cut [CL1]") {
  const CapturedLog log;
  Reactor reactor;
  const auto factory = std::make_shared<TalkerFactory>();
  ListenOptions options("127.0.0.1");
  options.limits.writeStall = kStall;
  options.limits.closeDeadline = kClose;
  const auto port = reactor.listenTCP(0, factory, options);
  const auto connect = [&](const char* word) {
    RawSocket peer = RawSocket::connectedTo(port->getHost());
    peer.send(word);
    const std::size_t known = factory->built.size();
    turnUntil(reactor, [&] {
      return factory->built.size() > known && factory->built.back()->began != TimePoint{};
    });
    return std::pair(std::move(peer), factory->built.back());
  };
  // Not structured bindings, which clang does not capture.
  const auto deafPair = connect("write");
  const auto closedPair = connect("close");
  auto slowPair = connect("write");
  const auto &deaf = deafPair.second, &closed = closedPair.second, &slow = slowPair.second;
  RawSocket& slowPeer = slowPair.first;
  slowPeer.send("more");  // it is not read while the answer waits

  // Takes some every 1.5 s: less than the deadline apart, and much less than is sent. A kernel does
  // not acknowledge more before a sixteenth of its buffer is free again.
  int reads = 0;
  const std::function<void()> readSome = [&] {
    slowPeer.receive(500'000);
    if (++reads < 5) reactor.callLater(1500ms, readSome);
  };
  readSome();
  turnUntil(reactor, [&] { return reads == 5; });

  CAPTURE((deaf->lasted / 1ms));
  CAPTURE((closed->lasted / 1ms));
  const Duration late = reactor.statistics().latestCall;
  CHECK(deaf->reason.check<ConnectionLost>());
  CHECK(isWithinTenth(deaf->lasted, kStall, late));
  CHECK(closed->reason.check<ConnectionLost>());
  CHECK(isWithinTenth(closed->lasted, kClose, late));
  CHECK(!slow->reason);
  CHECK(log.has("reading has been paused for 5 s", "Talker"));
  factory->built.clear();  // they know their factory
}

}  // namespace
}  // namespace ropewalk::test
