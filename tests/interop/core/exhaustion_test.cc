// Out of descriptors: PT14. In a child process, because it lowers the process's own limit.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/child_process.h"
#include "support/raw_socket.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

class Echo : public Protocol {
 public:
  void dataReceived(std::string_view data) override { transport->write(data); }
};

void limitDescriptors(rlim_t most) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = most;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Takes every descriptor that is left.
std::vector<int> takeAllDescriptors() {
  std::vector<int> taken;
  for (int fd = ::dup(STDERR_FILENO); fd >= 0; fd = ::dup(STDERR_FILENO)) taken.push_back(fd);
  return taken;
}

// Turns until `time` has passed, and says what that cost.
std::chrono::microseconds costOf(Reactor& reactor, Duration time) {
  const auto before = processorTime();
  bool isOver = false;
  reactor.callLater(time, [&] { isOver = true; });
  while (!isOver) reactor.iterate(time);
  return processorTime() - before;
}

// An echo server that has no descriptor left once its first connection has come, for half a second.
// Tells what that cost in microseconds and in log lines. Serves until the parent has no connection
// any more.
int serveThroughExhaustion(Line& line) {
  limitDescriptors(256);
  const CapturedLog log;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Echo>(), {"127.0.0.1"});
  line.say(std::to_string(port->getHost().port()));
  while (reactor.statistics().accepted == 0) reactor.iterate(1s);
  const std::vector<int> taken = takeAllDescriptors();
  line.say("exhausted");
  line.say(std::to_string(costOf(reactor, 500ms).count()));
  line.say(std::to_string(log.lines().size()));
  for (const int fd : taken) ::close(fd);
  while (line.isOpen()) reactor.iterate(20ms);
  return 0;
}

// Says "ping" and hears what comes of it: "ping", or nothing if it was hung up on.
std::string pong(RawSocket& peer) {
  try {
    peer.send("ping");
    return peer.receiveExactly(4);
  } catch (const std::system_error& error) {
    return error.code() == std::errc::resource_unavailable_try_again ? "no answer" : "";
  }
}

TEST_CASE(
    "a port without a descriptor left neither spins nor floods the log, and recovers [PT14]") {
  ChildProcess child(serveThroughExhaustion);
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  RawSocket first = RawSocket::connectedTo(address);
  CHECK(child.line.hear() == "exhausted");
  // The one that is connected goes on.
  CHECK(pong(first) == "ping");
  std::vector<RawSocket> crowd;
  for (int i = 0; i < 30; ++i) crowd.push_back(RawSocket::connectedTo(address));
  CHECK(pong(first) == "ping");

  const int microseconds = std::stoi(child.line.hear());
  const int lines = std::stoi(child.line.hear());
  CHECK(microseconds < 150'000);
  CHECK(lines >= 1);
  CHECK(lines <= 3);

  // Each of them was hung up on or is served now; nobody hangs.
  for (RawSocket& each : crowd) {
    const std::string answer = pong(each);
    CHECK((answer.empty() || answer == "ping"));
  }
  RawSocket late = RawSocket::connectedTo(address);
  CHECK(pong(late) == "ping");
  CHECK(pong(first) == "ping");
  child.line.close();
  CHECK(child.wait() == 0);
}

TEST_CASE("somebody is hung up on when there is no descriptor left, not left waiting [PT14]") {
  ChildProcess child(serveThroughExhaustion);
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  const RawSocket first = RawSocket::connectedTo(address);
  CHECK(child.line.hear() == "exhausted");
  RawSocket refused = RawSocket::connectedTo(address);
  // Well before there are descriptors again.
  CHECK(refused.receiveAll().empty());
  child.line.hear();
  child.line.hear();
  child.line.close();
  CHECK(child.wait() == 0);
}

// Serves with few descriptors allowed, and tells how many connections it took and whether it could
// still open a file.
int serveWithinLimit(Line& line) {
  limitDescriptors(80);
  const CapturedLog log;
  Reactor reactor;
  const auto port = reactor.listenTCP(0, Factory::forProtocol<Echo>(), {"127.0.0.1"});
  line.say(std::to_string(port->getHost().port()));
  line.hear();
  costOf(reactor, 50ms);
  line.say(std::to_string(reactor.statistics().open));
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  line.say(fd >= 0 ? "has descriptors" : "has none");
  ::close(fd);
  while (line.isOpen()) reactor.iterate(20ms);
  return 0;
}

TEST_CASE(
    "by default a port leaves a reserve of descriptors and takes the rest when there are some "
    "[PT14]") {
  ChildProcess child(serveWithinLimit);
  const Address address = Address::parse("127.0.0.1", std::stoi(child.line.hear()));
  std::vector<RawSocket> crowd;
  for (int i = 0; i < 100; ++i) crowd.push_back(RawSocket::connectedTo(address));
  child.line.say("all here");
  const int open = std::stoi(child.line.hear());
  CHECK(open > 20);
  CHECK(open <= 80 - 32);
  CHECK(child.line.hear() == "has descriptors");
  // Everybody's turn comes.
  for (RawSocket& each : crowd) {
    CHECK(pong(each) == "ping");
    each.close();
  }
  child.line.close();
  CHECK(child.wait() == 0);
}

}  // namespace
}  // namespace ropewalk::test
