// Reactors and the processes and threads that they live in.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ropewalk/echo.h"
#include "ropewalk/reactor.h"
#include "support/backend.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

std::shared_ptr<Factory> echo() { return Factory::forProtocol<echo::Echo>(); }

TEST_CASE("a child goes on with the reactor after afterFork, and so does its parent") {
  Reactor reactor(backend());
  const auto port = reactor.listenTCP(0, echo(), {"127.0.0.1"});
  reactor.iterate();
  ChildProcess child([&](Line& line) {
    reactor.afterFork();
    // What was the parent's to wait for is its own now: a timer, a call from a thread, the port.
    bool rang = false;
    reactor.callLater(1ms, [&] { rang = true; });
    turnUntil(reactor, [&] { return rang; });
    std::thread waking([&] { reactor.callFromThread([&] { rang = false; }); });
    turnUntil(reactor, [&] { return !rang; });
    waking.join();
    line.say("ready");
    turnUntil(reactor, [&] { return reactor.statistics().bytesSent >= 5; });
    return 0;
  });
  CHECK(child.line.hear() == "ready");
  RawSocket first = RawSocket::connectedTo(port->getHost());
  first.send("hello");
  CHECK(first.receiveExactly(5) == "hello");
  CHECK(child.wait() == 0);
  CHECK(reactor.statistics().accepted == 0);
  // The child's reactor is gone; what is waited for here is still here.
  bool rang = false;
  reactor.callLater(1ms, [&] { rang = true; });
  turnUntil(reactor, [&] { return rang; });
  RawSocket second = RawSocket::connectedTo(port->getHost());
  second.send("hello");
  turnUntil(reactor, [&] { return reactor.statistics().bytesSent >= 5; });
  CHECK(second.receiveExactly(5) == "hello");
}

TEST_CASE("what a child would inherit at exec is closed there") {
  const std::vector<int> before = openDescriptors();
  Reactor reactor;
  const auto port = reactor.listenTCP(0, echo(), {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return reactor.statistics().open == 1; });
  const std::vector<int> all = openDescriptors();
  CHECK(all.size() >= before.size() + 6);
  for (const int fd : all) {
    if (std::ranges::find(before, fd) != before.end()) continue;
    CAPTURE(fd);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
}

TEST_CASE("each thread may have a reactor of its own, current there") {
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Reactor own;
      const CurrentReactor current(own);
      const auto port = reactor().listenTCP(0, echo(), {"127.0.0.1"});
      RawSocket peer = RawSocket::connectedTo(port->getHost());
      for (int round = 0; round < 3; ++round) {
        peer.send("hello");
        turnUntil(own, [&] {
          return own.statistics().bytesSent == static_cast<std::uint64_t>(round + 1) * 5;
        });
        if (peer.receiveExactly(5) == "hello") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 12);
}

TEST_CASE("callFromThread is refused while the reactor is being destroyed") {
  Story story;
  bool accepted = true;
  auto reactor = std::make_unique<Reactor>();
  const auto factory = scripted(story, "server", {.lost = [&](Scripted& protocol, const Failure&) {
                                  accepted = protocol.transport->reactor().callFromThread([] {});
                                }});
  const auto port = reactor->listenTCP(0, factory, {"127.0.0.1"});
  const RawSocket peer = RawSocket::connectedTo(port->getHost());
  turnUntil(*reactor, [&] { return story.has("server made"); });
  CHECK(reactor->callFromThread([] {}));
  reactor.reset();
  CHECK(story.has("server lost"));
  CHECK(!accepted);
}

TEST_CASE("a reactor may be destroyed in any state, and leaves nothing behind") {
  const std::size_t before = openDescriptors().size();
  for (int state = 0; state < 6; ++state) {
    CAPTURE(state);
    Story story;
    auto reactor = std::make_unique<Reactor>(backend());
    if (state >= 1) reactor->callLater(1h, [] {});
    std::shared_ptr<ListeningPort> port;
    if (state >= 2) port = reactor->listenTCP(0, scripted(story, "server"), {"127.0.0.1"});
    RawSocket peer;
    if (state >= 3) peer = RawSocket::connectedTo(port->getHost());
    if (state >= 4) turnUntil(*reactor, [&] { return story.has("server made"); });
    std::shared_ptr<Connector> connector;
    if (state >= 5) {
      connector =
          reactor->connectTCP("127.0.0.1", port->getHost().port(), scripted(story, "client"));
    }
    reactor.reset();
    if (state == 4)
      CHECK(story.text() == "server start, server build, server made, server lost, server stop");
    if (state == 5) CHECK(story.has("client connect failed"));
  }
  CHECK(openDescriptors().size() == before);
}

}  // namespace
}  // namespace ropewalk::test
