// What is particular about a backend: its name, level-triggered wake-ups, select's last descriptor.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "ropewalk/echo.h"
#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/guarded_reactor.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

constexpr const char* kBackends[] = {"epoll", "poll", "select"};

TEST_CASE("a reactor is made for a backend by name, and what is none is an error, not a log line") {
  const CapturedLog log;
  for (const char* name : kBackends) {
    Reactor reactor(name);
    bool called = false, waited = false;
    reactor.callFromThread([&] { called = true; });
    reactor.callLater(1ms, [&] { waited = true; });
    turnUntil(reactor, [&] { return called && waited; });
  }
  CHECK_THROWS_WITH_AS(Reactor("kqueue"), "no backend \"kqueue\": there are epoll, poll and select",
                       Error);
  CHECK(log.text() == "");
}

TEST_CASE("a timer that rang and a thread that called leave the loop asleep") {
  constexpr std::chrono::milliseconds kIdle{200};
  for (const char* name : kBackends) {
    INFO(name);
    Reactor reactor(name);
    reactor.callFromThread([] {});
    reactor.callLater(1ms, [] {});
    std::thread stopper([&] {
      std::this_thread::sleep_for(kIdle);
      reactor.callFromThread([&] { reactor.stop(); });
    });
    // No other timer: to set one would quiet the first.
    const auto before = processorTime();
    reactor.run(false);
    CHECK(processorTime() - before < kIdle / 4);
    stopper.join();
  }
}

// Opens descriptors until the next one is one that select is not given.
void takeDescriptorsOfSelect() {
  while (::dup(STDERR_FILENO) < 999) {
  }
}

// What came of a connect to `port`.
std::string connected(Reactor& reactor, int port) {
  Story story;
  const auto factory = scripted(story, "client");
  reactor.connectTCP("127.0.0.1", port, factory);
  turnUntil(reactor, [&] { return story.has("client connect failed"); });
  return std::string(factory->reason.what());
}

// What is thrown by `call`, if it is one of ours.
template <typename Call>
std::string errorOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

// For a child process, whose descriptors it uses up. Says what came of each attempt.
int useSelectWithoutDescriptors(Line& line) {
  const QuietLog quiet;
  Reactor reactor("select");
  const auto factory = Factory::forProtocol<echo::Echo>();
  const auto port = reactor.listenTCP(0, factory, {"127.0.0.1"});
  const RawSocket listening = RawSocket::listening();
  takeDescriptorsOfSelect();
  const int high = ::fcntl(listening.fd(), F_DUPFD, 1000);
  line.say(errorOf([] { Reactor("select"); }));
  line.say(errorOf([&] { reactor.listenTCP(0, factory, {"127.0.0.1"}); }));
  line.say(connected(reactor, 9));
  line.say(errorOf([&] { reactor.addReader(high, [] {}); }));
  line.say(errorOf([&] { reactor.adoptStreamPort(high, factory); }));

  RawSocket peer = RawSocket::connectedTo(port->getHost());
  bool isLater = false;
  reactor.callLater(50ms, [&] { isLater = true; });
  turnUntil(reactor, [&] { return isLater; });
  line.say(std::to_string(reactor.statistics().accepted) + " accepted");
  line.say(peer.receive(1) + "hung up");
  ::close(500);
  ::close(501);
  const RawSocket late = RawSocket::connectedTo(port->getHost());
  turnUntil(reactor, [&] { return reactor.statistics().accepted == 1; });
  return 0;
}

TEST_CASE("what select cannot watch counts as no descriptor left [PT14]") {
  ChildProcess child(useSelectWithoutDescriptors);
  CHECK(child.line.hear() == "select: Too many open files");
  CHECK(child.line.hear().ends_with("Too many open files."));
  CHECK(child.line.hear() == "connect 127.0.0.1:9: Too many open files");
  CHECK(child.line.hear() == "select: descriptor 1000 is too high");
  CHECK(child.line.hear().ends_with("Too many open files."));
  CHECK(child.line.hear() == "0 accepted");
  CHECK(child.line.hear() == "hung up");
  CHECK(child.wait() == 0);
}

}  // namespace
}  // namespace ropewalk::test
