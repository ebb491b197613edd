// A proxy as a user would write it: each side is the producer of the other.

#include <doctest/doctest.h>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ropewalk/producer.h"
#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

// Pauses and resumes where the bytes come from.
class Source final : public Producer {
 public:
  explicit Source(TransportRef transport) : transport_(std::move(transport)) {}
  void pauseProducing() override { transport_->pauseProducing(); }
  void resumeProducing() override { transport_->resumeProducing(); }
  void stopProducing() override { transport_->loseConnection(); }

 private:
  TransportRef transport_;
};

// One side of a proxied connection: hands on to the other side what it receives.
class Side : public Protocol {
 public:
  void join(Side& other) {
    other_ = other.transport;
    other.other_ = transport;
    other_->registerProducer(std::make_shared<Source>(transport), Streaming::Push);
    transport->registerProducer(std::make_shared<Source>(other.transport), Streaming::Push);
  }
  void dataReceived(std::string_view data) override { other_->write(data); }
  void readConnectionLost() override {
    other_->unregisterProducer();
    other_->loseWriteConnection();
  }
  void connectionLost(const Failure&) override {
    other_->unregisterProducer();
    other_->loseConnection();
  }

 private:
  TransportRef other_;
};

// The side that we open; joins the accepted one, which does not read until then.
class Upstream final : public Side {
 public:
  explicit Upstream(Side* accepted) : accepted_(accepted) {}
  void connectionMade() override {
    join(*accepted_);
    accepted_->transport->resumeProducing();
  }

 private:
  Side* accepted_;
};

class Accepted final : public Side {
 public:
  explicit Accepted(int upstreamPort) : upstreamPort_(upstreamPort) {}
  void connectionMade() override {
    transport->pauseProducing();
    transport->reactor().connectTCP("127.0.0.1", upstreamPort_,
                                    Factory::forProtocol<Upstream>(static_cast<Side*>(this)));
  }

 private:
  int upstreamPort_;
};

// Calls each of `works` on a thread of its own, and turns `reactor` until all are done.
void allBeside(Reactor& reactor, std::vector<std::function<void()>> works) {
  std::size_t left = works.size();
  std::string trouble;
  std::vector<std::thread> threads;
  for (const auto& work : works) {
    threads.emplace_back([&] {
      std::string mine;
      try {
        work();
      } catch (const std::exception& error) {
        mine = error.what();
      }
      reactor.callFromThread([&, mine] {
        trouble += mine;
        --left;
      });
    });
  }
  turnUntil(reactor, [&] { return left == 0; });
  for (std::thread& each : threads) each.join();
  CHECK(trouble == "");
}

TEST_CASE("a proxy passes 64 MB up and 16 MB down though neither end reads before it has written") {
  constexpr std::size_t kUp = 64'000'000;
  constexpr std::size_t kDown = 16'000'000;
  RawSocket listening = RawSocket::listening();
  Reactor reactor;
  const auto port = reactor.listenTCP(
      0, Factory::forProtocol<Accepted>(static_cast<int>(listening.port())), {"127.0.0.1"});
  RawSocket client = RawSocket::connectedTo(port->getHost());
  RawSocket server;
  const std::string up = pattern(0, kUp);
  const std::string down = pattern(0, kDown);
  std::string gotUp;
  std::string gotDown;
  turnUntil(reactor, [&] { return reactor.statistics().accepted == 2; });
  server = listening.accept();
  const auto serverTalks = [&] {
    server.send(down);
    server.shutdownWrite();
  };
  const auto serverReads = [&] { gotUp = server.receiveAll(); };
  const auto clientTalksAndReads = [&] {
    client.send(up);
    client.shutdownWrite();
    gotDown = client.receiveAll();
  };
  allBeside(reactor, {serverTalks, serverReads, clientTalksAndReads});
  CHECK(gotUp == up);
  CHECK(gotDown == down);
}

}  // namespace
}  // namespace ropewalk::test
