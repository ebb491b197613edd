// Ten thousand connections in one process, each ended in its own way: nothing stays behind.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

constexpr int kLives = 10'000;
constexpr int kAtOnce = 50;

// How one of them ends: `life` picks.
void endSomehow(Transport& transport, int life) {
  switch (life % 5) {
    case 0:
      return transport.loseConnection();
    case 1:
      return transport.abortConnection();
    case 2:
      return transport.loseWriteConnection();
    case 3:
      return transport.loseConnection(Linger::No);
    default:
      throw life;
  }
}

struct Count {
  int made = 0;
  int lost = 0;
  int alive = 0;
};

class Counted : public Protocol {
 public:
  explicit Counted(Count* count) : count_(count) { ++count_->alive; }
  ~Counted() override { --count_->alive; }

  void connectionMade() override { ++count_->made; }
  void connectionLost(const Failure&) override { ++count_->lost; }

 protected:
  Count* count_;
};

// Answers everything; a number of two digits says that it is to end the connection itself, and how.
class Answering : public Counted {
 public:
  using Counted::Counted;
  void dataReceived(std::string_view data) override {
    transport->write(data);
    if (data[0] == 's') endSomehow(*transport, data[1] - '0');
  }
};

class Asking : public Counted {
 public:
  Asking(Count* count, int life) : Counted(count), life_(life) {}
  void connectionMade() override {
    Counted::connectionMade();
    const char who = life_ % 2 == 0 ? 's' : 'c';
    transport->write(std::string{who, static_cast<char>('0' + life_ / 2 % 5)});
  }
  void dataReceived(std::string_view data) override {
    if (data[0] == 'c') endSomehow(*transport, life_ / 2 % 5);
  }

 private:
  int life_;
};

// Opens connections, so that `kAtOnce` are open, until there have been `kLives`.
class Opening : public ClientFactory {
 public:
  Opening(Reactor& reactor, int port, Count& count)
      : reactor_(reactor), port_(port), count_(count) {
    noisy = false;
  }

  void openAll() {
    for (int i = 0; i < kAtOnce; ++i) openOne();
  }
  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    return std::make_shared<Asking>(&count_, built_++);
  }
  void clientConnectionLost(Connector&, const Failure&) override { openOne(); }
  void clientConnectionFailed(Connector&, const Failure& why) override { FAIL_CHECK(why.what()); }

 private:
  void openOne() {
    if (opened_ == kLives) return;
    ++opened_;
    reactor_.connectTCP("127.0.0.1", port_,
                        std::static_pointer_cast<ClientFactory>(shared_from_this()));
  }

  Reactor& reactor_;
  int port_;
  Count& count_;
  int opened_ = 0;
  int built_ = 0;
};

TEST_CASE(
    "ten thousand connections leave no descriptor, timer, protocol or count behind [LF3][LF4]") {
  const QuietLog quiet;
  Count serving;
  Count asking;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Answering>(&serving), {"127.0.0.1"});
  const auto opening = std::make_shared<Opening>(reactor, port->getHost().port(), asking);
  // What the library keeps for good it takes with the first connections.
  reactor.iterate();
  const std::size_t descriptors = openDescriptors().size();
  const std::size_t timers = reactor.getDelayedCalls().size();

  opening->openAll();
  turnUntil(reactor, [&] { return asking.lost == kLives && serving.lost == kLives; });
  for (int turn = 0; turn < 3; ++turn) reactor.iterate();

  CHECK(asking.made == kLives);
  CHECK(serving.made == kLives);
  CHECK(asking.alive == 0);
  CHECK(serving.alive == 0);
  CHECK(reactor.statistics().open == 0);
  // Accepted, and opened by this side.
  CHECK(reactor.statistics().accepted == 2 * kLives);
  CHECK(reactor.statistics().queuedBytes == 0);
  CHECK(reactor.getDelayedCalls().size() <= timers);
  CHECK(openDescriptors().size() == descriptors);
}

TEST_CASE("a hundred reactors, one after the other, leave no descriptor behind") {
  const QuietLog quiet;
  const std::size_t before = openDescriptors().size();
  for (int i = 0; i < 100; ++i) {
    Count count;
    Reactor reactor;
    const auto port = reactor.listenTCP(0, Factory::forProtocol<Counted>(&count), {"127.0.0.1"});
    reactor.connectTCP("127.0.0.1", port->getHost().port(), Factory::forProtocol<Counted>(&count));
    if (i % 2 == 0) turnUntil(reactor, [&] { return count.made == 2; });
  }
  CHECK(openDescriptors().size() == before);
}

}  // namespace
}  // namespace ropewalk::test
