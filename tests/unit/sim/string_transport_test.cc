#include "ropewalk/sim/string_transport.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/recorder.h"
#include "ropewalk/sim/world.h"
#include "ropewalk/stream_protocol.h"
#include "ropewalk/task.h"

using namespace ropewalk;
using sim::Recorder;
using sim::StringTransport;

namespace {

class Greeter : public Recorder {
 public:
  void connectionMade() override {
    Recorder::connectionMade();
    transport->write("hello\r\n");
  }
  void dataReceived(std::string_view data) override {
    Recorder::dataReceived(data);
    if (data == "throw") throw std::runtime_error("oh no");
    if (data == "quit") transport->loseConnection();
  }
};

struct Guest {
  Guest() { protocol->makeConnection(transport); }

  StringTransport transport;
  std::unique_ptr<Greeter> protocol = std::make_unique<Greeter>();
};

class Feeder : public Producer {
 public:
  void pauseProducing() override { said += 'p'; }
  void resumeProducing() override { said += 'r'; }
  void stopProducing() override { said += 's'; }

  std::string said;
};

// Sleeps for five seconds at the beginning and whenever it is told to.
class Sleeper : public StreamProtocol {
  Deferred<void> serve() override {
    co_await nap();
    while (const auto told = co_await readExactly(1)) co_await nap();
  }
  Deferred<void> nap() {
    transport->write("5? ");
    co_await sleep(5s);
    transport->write("good morning ");
  }
};

}  // namespace

TEST_CASE("StringTransport shows what a protocol has written [TK1]") {
  Guest guest;
  CHECK(guest.protocol->made());
  CHECK(guest.transport.value() == "hello\r\n");
  guest.protocol->transport->write("more");
  CHECK(guest.transport.value() == "hello\r\nmore");
  CHECK(guest.transport.takeWritten() == "hello\r\nmore");
  guest.protocol->transport->write("gone");
  guest.transport.clear();
  CHECK(guest.transport.value() == "");
}

TEST_CASE("StringTransport delivers to the protocol that was made on it") {
  Guest guest;
  guest.transport.deliver("hi");
  CHECK(guest.protocol->received() == "hi");
  guest.protocol->dataReceived(" there");
  CHECK(guest.protocol->received() == "hi there");
}

TEST_CASE(
    "StringTransport is disconnecting after loseConnection and ends when the peer has too [TK1]") {
  Guest guest;
  guest.protocol->transport->write("bye");
  CHECK(!guest.transport.isDisconnecting());
  guest.transport.deliver("quit");
  CHECK(guest.transport.isDisconnecting());
  CHECK(guest.transport.value() == "hello\r\nbye");
  CHECK(guest.transport.isFinished());
  CHECK(!guest.transport.isDisconnected());
  CHECK(!guest.protocol->lost());
  guest.transport.peerCloses();
  CHECK(guest.transport.isDisconnected());
  CHECK(!guest.transport.isAborted());
  CHECK(guest.protocol->timesLost() == 1);
  CHECK(guest.protocol->reason().check<ConnectionDone>());
}

TEST_CASE("StringTransport's deadlines run on its own clock") {
  Guest guest;
  guest.transport.deliver("quit");
  guest.transport.advance(1s);
  CHECK(!guest.protocol->lost());
  guest.transport.advance(2s);
  CHECK(guest.protocol->lost());
}

TEST_CASE("StringTransport tells a protocol that the peer has finished, or broken the connection") {
  Guest guest;
  SUBCASE("finished") {
    guest.transport.peerCloses();
    CHECK(guest.protocol->readLost());
    CHECK(guest.protocol->reason().check<ConnectionDone>());
    CHECK(guest.transport.isFinished());
  }
  SUBCASE("broken") {
    guest.transport.peerResets();
    CHECK(!guest.protocol->readLost());
    CHECK(guest.protocol->reason().check<ConnectionLost>());
    CHECK(!guest.transport.isFinished());
  }
  CHECK(guest.transport.isDisconnected());
  CHECK(!guest.transport.isAborted());
}

TEST_CASE("StringTransport shows an abort, which drops what was not sent [CL7]") {
  Guest guest;
  guest.transport.setRoom(3);
  guest.protocol->transport->write("0123456789");
  CHECK(guest.transport.takeWritten() == "hello\r\n012");
  guest.protocol->transport->abortConnection();
  CHECK(!guest.protocol->lost());
  CHECK(guest.transport.isAborted());
  CHECK(guest.protocol->reason().check<ConnectionAborted>());
  CHECK(guest.transport.value() == "");
}

TEST_CASE("StringTransport with room for some takes no more, until there is room again") {
  Guest guest;
  guest.transport.clear();
  guest.transport.setRoom(4);
  guest.protocol->transport->write("0123456789");
  CHECK(guest.transport.value() == "0123");
  CHECK(guest.protocol->transport->unsentBytes() == 6);
  guest.transport.setRoom(100);
  CHECK(guest.transport.value() == "0123456789");
  CHECK(guest.protocol->transport->unsentBytes() == 0);
}

TEST_CASE("StringTransport pauses and resumes a producer as any connection does [PC7]") {
  Guest guest;
  const auto feeder = std::make_shared<Feeder>();
  guest.protocol->transport->registerProducer(feeder, Streaming::Push);
  CHECK(guest.transport.producer() == feeder.get());
  CHECK(guest.transport.streaming() == Streaming::Push);
  CHECK_THROWS_AS(guest.protocol->transport->registerProducer(feeder, Streaming::Push),
                  ProducerAlreadyRegistered);
  guest.transport.clear();
  guest.transport.setRoom(0);
  guest.protocol->transport->write(std::string(65537, 'x'));
  CHECK(feeder->said == "p");
  guest.transport.setRoom(65537);
  guest.transport.settle();
  CHECK(feeder->said == "pr");
  guest.protocol->transport->unregisterProducer();
  CHECK(guest.transport.producer() == nullptr);
}

TEST_CASE("StringTransport has no producer when the connection refused it [PC5]") {
  Guest guest;
  guest.transport.setRoom(0);
  guest.protocol->transport->write("waits");
  const auto late = std::make_shared<Feeder>();
  SUBCASE("closing") {
    guest.protocol->transport->loseConnection();
    guest.protocol->transport->registerProducer(late, Streaming::Push);
    CHECK(guest.transport.producer() == nullptr);
  }
  SUBCASE("closing one direction") {
    guest.protocol->transport->loseWriteConnection();
    guest.protocol->transport->registerProducer(late, Streaming::Push);
    CHECK(guest.transport.producer() == nullptr);
  }
  SUBCASE("closing with another one") {
    const auto first = std::make_shared<Feeder>();
    guest.protocol->transport->registerProducer(first, Streaming::Push);
    guest.protocol->transport->loseConnection();
    guest.protocol->transport->registerProducer(late, Streaming::Pull);
    CHECK(guest.transport.producer() == first.get());
    CHECK(guest.transport.streaming() == Streaming::Push);
  }
  CHECK(late->said == "s");
}

TEST_CASE("StringTransport keeps what arrives while its protocol has paused reading [PC1]") {
  Guest guest;
  CHECK(guest.transport.isReading());
  guest.protocol->transport->pauseProducing();
  CHECK(!guest.transport.isReading());
  guest.transport.deliver("hi");
  CHECK(guest.protocol->received() == "");
  guest.protocol->transport->resumeProducing();
  guest.transport.settle();
  CHECK(guest.protocol->received() == "hi");
}

TEST_CASE(
    "StringTransport ends a connection whose protocol throws, with that as its reason [LF7]") {
  setLogLevel(LogLevel::Off);
  Guest guest;
  guest.transport.deliver("throw");
  setLogLevel(LogLevel::Warning);
  CHECK(guest.transport.isDisconnecting());
  guest.transport.peerCloses();
  CHECK(guest.protocol->reason().check<std::runtime_error>());
}

TEST_CASE("StringTransport runs what a protocol asked for later, until the connection ends") {
  Guest guest;
  int calls = 0;
  guest.protocol->callLater(1s, [&] { ++calls; });
  guest.protocol->callLater(9s, [&] { ++calls; });
  guest.transport.advance(2s);
  CHECK(calls == 1);
  guest.transport.peerResets();
  guest.transport.advance(10s);
  CHECK(calls == 1);
}

TEST_CASE("StringTransport's other end is who the test says") {
  StringTransport transport(Address::parse("10.1.2.3", 4567));
  Greeter greeter;
  greeter.makeConnection(transport);
  CHECK(greeter.transport->getPeer().text() == "10.1.2.3:4567");
  CHECK(transport->isConnected());
}

TEST_CASE("StringTransport may be looked at from inside a callback") {
  StringTransport transport;
  class Looker : public Protocol {
   public:
    explicit Looker(StringTransport& on) : on_(on) {}
    void dataReceived(std::string_view) override {
      transport->write("x");
      seen = on_.value() + "|";
    }
    std::string seen;

   private:
    StringTransport& on_;
  } looker(transport);
  looker.makeConnection(transport);
  transport.deliver("now");
  CHECK(looker.seen == "|");
  CHECK(transport.value() == "x");
}

TEST_CASE("StringTransport tells the protocol that wraps another, as any connection does") {
  class Wrapper : public Recorder {
   public:
    void connectionMade() override {
      Recorder::connectionMade();
      inner.makeConnection(transport);
    }
    void dataReceived(std::string_view data) override {
      Recorder::dataReceived(data);
      inner.dataReceived("<" + std::string(data) + ">");
    }
    void connectionLost(const Failure& why) override {
      Recorder::connectionLost(why);
      inner.endConnection(why);
    }
    Recorder inner;
  } wrapper;
  StringTransport transport;
  wrapper.makeConnection(transport);
  transport.deliver("hi");
  CHECK(wrapper.received() == "hi");
  CHECK(wrapper.inner.received() == "<hi>");
  transport.peerResets();
  CHECK(wrapper.timesLost() == 1);
  CHECK(wrapper.inner.timesLost() == 1);
}

TEST_CASE("StringTransport's reactor is the current one in all that it calls") {
  StringTransport transport;
  Sleeper sleeper;
  sleeper.makeConnection(transport);
  CHECK(transport.value() == "5? ");
  transport.advance(4s);
  CHECK(transport.value() == "5? ");
  transport.advance(1s);
  CHECK(transport.value() == "5? good morning ");
  transport.deliver("5");
  transport.advance(5s);
  CHECK(transport.value() == "5? good morning 5? good morning ");
}

TEST_CASE("StringTransport::run has its reactor be the current one in what a test calls itself") {
  StringTransport transport;
  Sleeper sleeper;
  sleeper.makeConnection(transport);
  transport.advance(5s);
  transport.run([&] { sleeper.dataReceived("5"); });
  transport.advance(5s);
  CHECK(transport.value() == "5? good morning 5? good morning ");
  CHECK(transport.run([] { return &reactor(); }) == &transport.reactor());
  CHECK_THROWS_AS(transport.run([] { throw std::runtime_error("oh no"); }), std::runtime_error);
  CHECK_THROWS_AS(reactor(), Error);
}

TEST_CASE("StringTransports, worlds and others each have their reactor") {
  auto first = std::make_unique<StringTransport>();
  auto second = std::make_unique<StringTransport>();
  sim::World world;
  Reactor other;
  const CurrentReactor current(other);
  Sleeper one, two, three;
  one.makeConnection(*first);
  world.host("a").run([&] {
    two.makeConnection(*second);
    CHECK(&reactor() == &world.host("a").reactor());
  });
  first->run([&] {
    StringTransport within;
    three.makeConnection(within);
    within.advance(5s);
    CHECK(within.value() == "5? good morning ");
    CHECK(&reactor() == &first->reactor());
  });
  CHECK(&reactor() == &other);
  second->advance(5s);
  CHECK(first->value() == "5? ");
  CHECK(second->value() == "5? good morning ");
  first.reset();
  CHECK(&reactor() == &other);
  second->deliver("5");
  second->advance(5s);
  CHECK(second->value() == "5? good morning 5? good morning ");
}

TEST_CASE("StringTransport's reactor is at hand for what goes with it") {
  const Reactor* seen = nullptr;
  const Reactor* own = nullptr;
  {
    StringTransport transport;
    own = &transport.reactor();
    const std::shared_ptr<void> last(nullptr, [&](void*) { seen = &reactor(); });
    transport.reactor().callLater(1s, [last] {});
  }
  CHECK(seen == own);
}

TEST_CASE("StringTransport keeps reactor() from the real one as long as it lives") {
  auto first = std::make_unique<StringTransport>();
  auto world = std::make_unique<sim::World>();
  auto second = std::make_unique<StringTransport>();
  CHECK_THROWS_AS(reactor(), Error);
  world.reset();
  CHECK_THROWS_AS(reactor(), Error);
  first.reset();
  CHECK_THROWS_AS(reactor(), Error);
  world = std::make_unique<sim::World>();
  second.reset();
  CHECK_THROWS_AS(reactor(), Error);
  world.reset();
  CHECK_NOTHROW(reactor());
}

TEST_CASE("A protocol outlives its StringTransport, and the other way round") {
  auto protocol = std::make_unique<Greeter>();
  {
    StringTransport transport;
    protocol->makeConnection(transport);
    transport.setRoom(0);
    protocol->transport->write("waits");
  }
  CHECK(!protocol->lost());
  CHECK(!protocol->transport->isConnected());
  protocol->transport->write("nobody there");
  StringTransport transport;
  protocol->makeConnection(transport);
  protocol.reset();
}
