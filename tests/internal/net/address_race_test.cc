// The race of addresses, with sockets that the kernel refuses to watch.

#include "net/address_race.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/kernel_faults.h"
#include "support/raw_socket.h"

namespace ropewalk::test {
namespace {

using namespace ropewalk::detail;

struct Race final : public RaceOwner {
  explicit Race(const std::vector<Address>& addresses)
      : race(std::make_unique<AddressRace>(
            ReactorCore::of(reactor), *this, addresses,
            AddressRace::Terms{"example.org:80", Address(), options})) {}

  void raceWon(std::unique_ptr<Channel> won, const Address& peer) noexcept override {
    channel = std::move(won);
    winner = peer;
    race.reset();
  }
  void raceLost(const Failure& why) noexcept override {
    ++losses;
    text = why.what();
  }

  const QuietLog quiet;  // libevent says what the kernel refuses
  Reactor reactor;
  const ConnectOptions options;
  std::unique_ptr<AddressRace> race;
  std::unique_ptr<Channel> channel;
  Address winner;
  int losses = 0;
  std::string text;
};

// 127.0.0.1, 127.0.0.2 and so on, at `port`.
std::vector<Address> loopback(int count, int port) {
  std::vector<Address> all;
  for (int i = 1; i <= count; ++i) {
    all.push_back(Address::parse("127.0.0." + std::to_string(i), port));
  }
  return all;
}

TEST_CASE("an address that cannot be watched makes way for the next one") {
  const RawSocket listener = RawSocket::listening();
  Race test({Address::parse("127.0.0.7", 9), Address::parse("127.0.0.1", listener.port())});
  KernelFaults faults;
  faults.failNext(SystemCall::Watch, ENOMEM);
  test.race->start();
  CHECK(faults.isSpent(SystemCall::Watch));
  turnUntil(test.reactor, [&] { return test.channel != nullptr; });
  CHECK(test.winner.port() == listener.port());
  CHECK(test.losses == 0);
  CHECK(test.reactor.getDelayedCalls().empty());
}

TEST_CASE("a race in which no address can be watched is lost once, and leaves no timer") {
  Race test(loopback(3, 9));
  KernelFaults faults;
  for (int i = 0; i < 3; ++i) faults.failNext(SystemCall::Watch, ENOMEM);
  test.race->start();
  CHECK(test.losses == 1);
  CHECK(test.text ==
        "connect example.org:80: 127.0.0.1:9: Cannot allocate memory: "
        "127.0.0.2:9: Cannot allocate memory: 127.0.0.3:9: Cannot allocate memory");
  CHECK(test.reactor.getDelayedCalls().empty());
}

TEST_CASE("an address that fails later is followed by one, though that one cannot be watched") {
  Race test(loopback(3, 9));
  KernelFaults faults;
  test.race->start();
  faults.failNext(SystemCall::Watch, ENOMEM);
  turnUntil(test.reactor, [&] { return test.losses > 0; });
  CHECK(test.losses == 1);
  CHECK(test.reactor.getDelayedCalls().empty());
}

}  // namespace
}  // namespace ropewalk::test
