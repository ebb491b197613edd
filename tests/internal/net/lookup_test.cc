// Names on the real driver: the pool of threads, answered by a resolver of the test's own.

#include <doctest/doctest.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/guarded_reactor.h"
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

  void close() {
    const std::lock_guard<std::mutex> guard(lock_);
    isOpen_ = false;
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
  static int answer(const char*, const char*, const addrinfo*, addrinfo** found) {
    return current->wait(found);
  }

  int wait(addrinfo** found) {
    std::unique_lock<std::mutex> guard(lock_);
    ++asked_;
    mostAtATime_ = std::max(mostAtATime_, ++asking_);
    changed_.notify_all();
    changed_.wait(guard, [this] { return isOpen_; });
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

TEST_CASE("a question that is cancelled before its turn is never asked") {
  Resolver resolver;
  resolver.close();
  Reactor reactor;
  std::vector<Deferred<std::vector<Address>>> asked;
  for (int i = 0; i < 100; ++i) asked.push_back(reactor.resolve("n" + std::to_string(i)));
  resolver.untilAsked(16);
  int cancelled = 0;
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
