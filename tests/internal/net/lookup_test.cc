// Names on the real driver: the pool of threads, answered by a resolver of the test's own.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
#include "support/temporary_folder.h"
#include "sys/host_names.h"
#include "sys/kernel.h"
#include "sys/lookup_pool.h"

namespace ropewalk::test {
namespace {

// In place of the system's resolver: answers with `addresses` IPv4 addresses, once the gate is
// open.
class Resolver {
 public:
  Resolver() {
    current = this;
    sys::kernel.getaddrinfo = answer;
    sys::kernel.freeaddrinfo = forget;
  }
  ~Resolver() {
    open();
    std::unique_lock<std::mutex> guard(lock_);
    changed_.wait(guard, [this] { return asking_ == 0 && lists_ == 0; });
    sys::kernel = sys::kKernel;
  }

  // From now on names that begin with `prefix` have to wait.
  void close(std::string_view prefix = "") {
    const std::lock_guard<std::mutex> guard(lock_);
    isOpen_ = false;
    held_ = prefix;
  }
  void open() {
    const std::lock_guard<std::mutex> guard(lock_);
    isOpen_ = true;
    changed_.notify_all();
  }

  // Waits until so many have asked.
  void untilAsked(int times) {
    std::unique_lock<std::mutex> guard(lock_);
    REQUIRE(changed_.wait_for(guard, std::chrono::seconds(20), [&] { return asked_ >= times; }));
  }
  int asked() {
    const std::lock_guard<std::mutex> guard(lock_);
    return asked_;
  }
  int mostAtATime() {
    const std::lock_guard<std::mutex> guard(lock_);
    return mostAtATime_;
  }

  std::atomic<int> addresses = 1;
  std::atomic<int> error = 0;

 private:
  static int answer(const char* name, const char*, const addrinfo*, addrinfo** found) {
    return current->wait(name, found);
  }

  int wait(std::string_view name, addrinfo** found) {
    std::unique_lock<std::mutex> guard(lock_);
    const bool isHeld = name.starts_with(held_);
    ++asked_;
    mostAtATime_ = std::max(mostAtATime_, ++asking_);
    changed_.notify_all();
    changed_.wait(guard, [&] { return isOpen_ || !isHeld; });
    if (error == 0) *found = listOf(addresses), ++lists_;
    --asking_;
    changed_.notify_all();
    return error;
  }

  static addrinfo* listOf(int count) {
    addrinfo* list = nullptr;
    for (int i = count; i > 0; --i) {
      auto* const address = new sockaddr_in{};
      address->sin_family = AF_INET;
      address->sin_addr.s_addr = htonl(0x7f000000u + static_cast<unsigned>(i));
      list = new addrinfo{.ai_flags = 0,
                          .ai_family = AF_INET,
                          .ai_socktype = SOCK_STREAM,
                          .ai_protocol = 0,
                          .ai_addrlen = sizeof *address,
                          .ai_addr = reinterpret_cast<sockaddr*>(address),
                          .ai_canonname = nullptr,
                          .ai_next = list};
    }
    return list;
  }
  static void forget(addrinfo* list) {
    const std::lock_guard<std::mutex> guard(current->lock_);
    --current->lists_;
    current->changed_.notify_all();
    while (list) {
      addrinfo* const next = list->ai_next;
      delete reinterpret_cast<sockaddr_in*>(list->ai_addr);
      delete list;
      list = next;
    }
  }

  inline static Resolver* current = nullptr;

  std::mutex lock_;
  std::condition_variable changed_;
  bool isOpen_ = true;
  std::string held_;
  int asked_ = 0;
  int asking_ = 0;
  int mostAtATime_ = 0;
  int lists_ = 0;  // given out
};

TEST_CASE("a name is asked for on another thread, and its answer told on the reactor's") {
  Resolver resolver;
  Reactor reactor;
  const auto here = std::this_thread::get_id();
  std::string text;
  bool isHere = false;
  reactor.resolve("example.org").addCallback([&](std::vector<Address> addresses) {
    text = addresses.at(0).text();
    isHere = std::this_thread::get_id() == here;
  });
  CHECK(text.empty());
  turnUntil(reactor, [&] { return !text.empty(); });
  CHECK(text == "127.0.0.1:0");
  CHECK(isHere);
}

TEST_CASE("the reactor goes on while names are asked for") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  bool isKnown = false, rang = false;
  reactor.resolve("slow.example").addCallback([&](const std::vector<Address>&) { isKnown = true; });
  resolver.untilAsked(1);
  reactor.callLater(1ms, [&] { rang = true; });
  turnUntil(reactor, [&] { return rang; });
  CHECK(!isKnown);
  resolver.open();
  turnUntil(reactor, [&] { return isKnown; });
}

TEST_CASE("ten thousand names are asked for by at most sixteen threads, and all are answered") {
  Resolver resolver;
  Reactor reactor;
  int answered = 0;
  for (int i = 0; i < 10'000; ++i) {
    reactor.resolve("name" + std::to_string(i)).addCallback([&](const std::vector<Address>&) {
      ++answered;
    });
  }
  turnUntil(reactor, [&] { return answered == 10'000; });
  CHECK(resolver.mostAtATime() <= 16);
}

TEST_CASE("an address that is written out waits for no name") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  for (int i = 0; i < 100; ++i) {
    reactor.resolve("stuck" + std::to_string(i)).addErrback([](const Failure&) {
      return std::vector<Address>();
    });
  }
  bool isKnown = false;
  reactor.resolve("192.0.2.1").addCallback([&](const std::vector<Address>&) { isKnown = true; });
  CHECK(isKnown);
  resolver.untilAsked(16);  // what the pool has taken must not be asked when the resolver is gone
  CHECK(resolver.asked() == 16);
}

TEST_CASE("an empty name is refused, though as an address it means any") {
  Reactor reactor;
  std::string why;
  reactor.resolve("").addCallback([](const auto&) {}).addErrback([&why](const Failure& failure) {
    CHECK(failure.check<UnknownHostError>());
    why = failure.what();
  });
  CHECK(why == "resolve : an empty name");
}

TEST_CASE("a question that is cancelled before its turn is never asked") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  std::vector<Deferred<std::vector<Address>>> asked;
  for (int i = 0; i < 100; ++i) asked.push_back(reactor.resolve("n" + std::to_string(i)));
  resolver.untilAsked(16);
  int cancelled = 0;
  // The last ones first: to cancel one that is being asked is to make room for the next.
  std::ranges::reverse(asked);
  for (auto& each : asked) {
    each.cancel();
    std::move(each).addErrback([&](const Failure& why) {
      cancelled += why.check<CancelledError>();
      return std::vector<Address>();
    });
  }
  CHECK(cancelled == 100);
  resolver.open();
  bool isLast = false;
  reactor.resolve("last").addCallback([&](const std::vector<Address>&) { isLast = true; });
  turnUntil(reactor, [&] { return isLast; });
  CHECK(resolver.asked() == 17);
}

// Asks for `count` names of their own, and hears nothing of how it goes.
std::vector<Deferred<std::vector<Address>>> askFor(Reactor& reactor, const std::string& prefix,
                                                   int count) {
  std::vector<Deferred<std::vector<Address>>> asked;
  for (int i = 0; i < count; ++i) asked.push_back(reactor.resolve(prefix + std::to_string(i)));
  return asked;
}

void cancelAll(std::vector<Deferred<std::vector<Address>>>& asked) {
  for (auto& each : asked) {
    each.cancel();
    std::move(each).addErrback([](const Failure&) { return std::vector<Address>(); });
  }
  asked.clear();
}

TEST_CASE("searches that nobody waits for any more do not hold up the next question") {
  Resolver resolver;
  resolver.close("dead");
  Reactor reactor;
  auto dead = askFor(reactor, "dead", 16);
  resolver.untilAsked(16);
  bool isKnown = false;
  reactor.resolve("alive").addCallback([&](const std::vector<Address>&) { isKnown = true; });
  reactor.iterate();
  CHECK(resolver.asked() == 16);  // it waits its turn, as long as the others are waited for
  cancelAll(dead);
  turnUntil(reactor, [&] { return isKnown; });
}

TEST_CASE("searches that nobody waits for hold a bounded number of threads") {
  Resolver resolver;
  resolver.close("dead");
  Reactor reactor;
  int asked = 0;
  for (int round = 0; round < 4; ++round) {
    auto dead = askFor(reactor, "dead" + std::to_string(round) + "-", 16);
    resolver.untilAsked(asked += 16);
    cancelAll(dead);
  }
  auto dead = askFor(reactor, "dead-too-many", 16);
  bool isKnown = false;
  reactor.resolve("alive").addCallback([&](const std::vector<Address>&) { isKnown = true; });
  reactor.iterate(20ms);
  CHECK(resolver.mostAtATime() == 64);
  CHECK(!isKnown);
  cancelAll(dead);
  resolver.open();
  turnUntil(reactor, [&] { return isKnown; });
  CHECK(resolver.asked() <= 64 + 17);
}

TEST_CASE("equal questions are asked once, whatever their case, and each gets the answer") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  int answered = 0;
  std::vector<Deferred<std::vector<Address>>> cancelled;
  for (int i = 0; i < 100; ++i) {
    auto asked = reactor.resolve(i % 2 == 0 ? "same.example" : "Same.Example");
    if (i % 10 == 0) {
      cancelled.push_back(std::move(asked));
    } else {
      std::move(asked).addCallback([&](const std::vector<Address>&) { ++answered; });
    }
  }
  resolver.untilAsked(1);
  cancelAll(cancelled);
  resolver.open();
  turnUntil(reactor, [&] { return answered == 90; });
  CHECK(resolver.asked() == 1);
}

TEST_CASE("a question joins the search for its name that nobody waits for any more") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  auto first = askFor(reactor, "slow", 1);
  resolver.untilAsked(1);
  for (int i = 0; i < 100; ++i) {
    cancelAll(first);
    first = askFor(reactor, "slow", 1);
  }
  bool isKnown = false;
  std::move(first[0]).addCallback([&](const std::vector<Address>&) { isKnown = true; });
  resolver.open();
  turnUntil(reactor, [&] { return isKnown; });
  CHECK(resolver.asked() == 1);
}

// In place of the system's hosts file.
class Hosts {
 public:
  explicit Hosts(const std::string& text) {
    write(text);
    path = folder_.path("hosts");
    sys::kernel.open = [](const char* asked, int flags) {
      return ::open(std::string_view(asked) == "/etc/hosts" ? path.c_str() : asked, flags);
    };
    sys::kernel.stat = [](const char*, struct stat* found) { return ::stat(path.c_str(), found); };
  }
  ~Hosts() {
    sys::kernel.open = sys::kKernel.open;
    sys::kernel.stat = sys::kKernel.stat;
  }
  void write(const std::string& text) const {
    std::ofstream(folder_.path("hosts")) << text << std::string(++written_, '\n');
  }

 private:
  inline static std::string path;
  TemporaryFolder folder_;
  mutable std::size_t written_ = 0;  // no two texts are of one size
};

std::string addressesOf(Reactor& reactor, const std::string& name) {
  std::string text;
  bool isDone = false;
  reactor.resolve(name).addBoth([&](const Result<std::vector<Address>>& result) {
    isDone = true;
    if (!result) return;
    for (const Address& each : result.value()) text += each.host() + " ";
  });
  turnUntil(reactor, [&] { return isDone; });
  return text;
}

TEST_CASE("a name in the hosts file never waits for other names") {
  Resolver resolver;
  resolver.close("dead");
  const Hosts hosts(
      "127.0.0.1 localhost\n10.0.0.7\tOne.Example one # and not two\r\n"
      "# 10.0.0.8 one\n::1 localhost\nfe80::zz bad\n::ffff:10.0.0.9 one one\n");
  Reactor reactor;
  auto dead = askFor(reactor, "dead", 100);
  resolver.untilAsked(16);
  CHECK(addressesOf(reactor, "localhost") == "127.0.0.1 ::1 ");
  CHECK(addressesOf(reactor, "ONE") == "10.0.0.7 10.0.0.9 ");
  CHECK(addressesOf(reactor, "one.example") == "10.0.0.7 ");
  CHECK(addressesOf(reactor, "one.example.") == "10.0.0.7 ");
  hosts.write("10.0.0.1 one\n");
  CHECK(addressesOf(reactor, "one") == "10.0.0.1 ");
  CHECK(resolver.asked() == 16);
  cancelAll(dead);
}

TEST_CASE(
    "what the hosts file does not have, and a hosts file that is too large, the system is asked") {
  Resolver resolver;
  Hosts hosts("10.0.0.7 one\n");
  Reactor reactor;
  CHECK(addressesOf(reactor, "two") == "127.0.0.1 ");
  CHECK(addressesOf(reactor, "and") == "127.0.0.1 ");
  hosts.write("10.0.0.7 one\n" + std::string(256 * 1024, '\n'));
  CHECK(addressesOf(reactor, "one") == "127.0.0.1 ");
  CHECK(resolver.asked() == 3);
}

TEST_CASE("a reactor may go while its questions are asked, and nobody hears the answers") {
  Resolver resolver;
  resolver.close();
  bool isCalled = false;
  {
    Reactor reactor;
    reactor.resolve("late.example").addBoth([&](const Result<std::vector<Address>>& result) {
      isCalled = static_cast<bool>(result);
    });
    resolver.untilAsked(1);
  }
  resolver.open();
  CHECK(!isCalled);
}

TEST_CASE("of many addresses the first sixteen are used") {
  Resolver resolver;
  resolver.addresses = 4000;
  const sys::NameAnswer answer = sys::lookUp("many.example");
  CHECK(answer.addresses.size() == 16);
  CHECK(answer.addresses.back().host() == "127.0.0.16");
}

TEST_CASE("why a name has no address is said in the system's words") {
  Resolver resolver;
  resolver.error = EAI_AGAIN;
  CHECK(sys::lookUp("x").why == "Temporary failure in name resolution");
  resolver.error = EAI_NONAME;
  CHECK(sys::lookUp("x").why == "Name or service not known");
}

TEST_CASE("localhost is known to the system") {
  Reactor reactor;
  bool isLoopback = false;
  reactor.resolve("localhost").addCallback([&](const std::vector<Address>& addresses) {
    isLoopback = addresses.at(0).host() == "127.0.0.1" || addresses.at(0).host() == "::1";
  });
  turnUntil(reactor, [&] { return isLoopback; });
}

}  // namespace
}  // namespace ropewalk::test
