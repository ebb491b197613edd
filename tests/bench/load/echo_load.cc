// Loads an echo server on this machine and says what came of it.
//
//   $ echo_load --port 8000 --connections 64 --size 100 --depth 1 --millis 500
//   {"messages": 41817, "seconds": 0.500127, "server_cpu_seconds": 0.000000, ...
//
// Each connection keeps `depth` messages of `size` bytes under way: for every message that came
// back whole, the next one leaves. Every byte is compared with what was sent. The clocks run from
// when all connections have had one message echoed until the last message is back. With --pid they
// include that process's CPU clock, read by the nanosecond. The longest wait is that between two
// turns of this program: with one message under way, the slowest round trip (0 without --millis).
//
// Bounded: by --messages or --millis, and by a server that answers nothing for 10 s, which is an
// error.

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "clocks.h"
#include "connecting.h"
#include "options.h"

namespace {

constexpr int kPatienceMillis = 10'000;

struct Load {
  long port = 0;
  long connections = 1;
  long size = 100;
  long depth = 1;
  long messages = 0;
  long millis = 0;
  long pid = 0;
};

Load loadOf(int argc, char** argv) {
  Load load;
  bench::parseOptions(
      argc, argv,
      {{"port", "the server's port", load.port, 1, 65535},
       {"connections", "at the same time", load.connections, 1, 4096},
       {"size", "bytes of a message", load.size, 1, 1 << 20},
       {"depth", "messages of a connection under way at once", load.depth, 1, 1024},
       {"messages", "stop after so many, one a connection at least", load.messages, 0, 100'000'000},
       {"millis", "stop after so long", load.millis, 0, 60'000},
       {"pid", "whose CPU time to read (0: nobody's)", load.pid, 0, 1L << 30}});
  if (load.port == 0 || (load.messages == 0) == (load.millis == 0)) {
    std::fputs("echo_load: give --port, and either --messages or --millis\n", stderr);
    std::exit(2);
  }
  return load;
}

// One connection: bytes it may send, has sent and has back. All in bytes since its beginning.
struct Talker {
  int fd = -1;
  std::size_t allowed = 0;
  std::size_t sent = 0;
  std::size_t back = 0;
  bool awaitsRoom = false;
};

class EchoLoad {
 public:
  explicit EchoLoad(const Load& load)
      : load_(load),
        size_(static_cast<std::size_t>(load.size)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    // One message more than the depth: from any offset within the first, `depth` messages can be
    // sent in one piece.
    for (long i = 0; i <= load.depth; ++i) pattern_ += message();
    received_.resize(65536);
    for (long i = 0; i < load.connections; ++i) connect();
  }

  void run() {
    warmUp();
    const double start = bench::seconds(CLOCK_MONOTONIC);
    const double startCpu = bench::cpuSeconds(load_.pid);
    until_ = start + static_cast<double>(load_.millis) / 1e3;
    for (Talker& talker : talkers_) {
      const long share = std::max(1L, load_.messages / load_.connections);
      allow(talker,
            static_cast<std::size_t>(load_.millis ? load_.depth : std::min(load_.depth, share)));
    }
    while (underWay_ > 0) turn();
    const double cpu = bench::cpuSeconds(load_.pid) - startCpu;
    std::printf(
        "{\"messages\": %zu, \"seconds\": %.6f, \"server_cpu_seconds\": %.9f, "
        "\"longest_wait_seconds\": %.9f}\n",
        answered_, bench::seconds(CLOCK_MONOTONIC) - start, cpu, longestWait_);
  }

 private:
  // Printable, and no two places of it alike for long: a byte lost or doubled is seen at once.
  std::string message() const {
    std::string text(size_, '\n');
    for (std::size_t i = 0; i + 1 < size_; ++i) text[i] = static_cast<char>('!' + i * 7 % 89);
    return text;
  }

  void connect() {
    Talker talker;
    talker.fd = bench::connectToLoopback(load_.port, 0);
    if (fcntl(talker.fd, F_SETFL, O_NONBLOCK) != 0) bench::fail("fcntl");
    talkers_.push_back(talker);
    watch(talkers_.size() - 1, EPOLL_CTL_ADD, EPOLLIN);
  }

  void watch(std::size_t index, int operation, std::uint32_t wanted) {
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = index;
    epoll_ctl(epoll_, operation, talkers_[index].fd, &event);
  }

  // Everybody has been accepted, everything on the server's side has run once.
  void warmUp() {
    for (Talker& talker : talkers_) allow(talker, 1);
    while (underWay_ > 0) turn();
    answered_ = 0;
    warm_ = true;
  }

  void turn() {
    const int ready =
        epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), kPatienceMillis);
    if (ready == 0) {
      std::fputs("echo_load: the server has not answered for 10 s\n", stderr);
      std::exit(1);
    }
    if (load_.millis) lookAtTheClock();
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      Talker& talker = talkers_[event.data.u64];
      if (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) receive(talker);
      if (event.events & EPOLLOUT) send(talker);
    }
  }

  void lookAtTheClock() {
    const double now = bench::seconds(CLOCK_MONOTONIC);
    if (warm_) longestWait_ = std::max(longestWait_, now - lastLook_);
    late_ = warm_ && now >= until_;
    lastLook_ = now;
  }

  void receive(Talker& talker) {
    const ssize_t got = recv(talker.fd, received_.data(), received_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) bench::fail("echo_load: the server hung up");
    const std::size_t before = talker.back / size_;
    compare(talker, {received_.data(), static_cast<std::size_t>(got)});
    const std::size_t whole = talker.back / size_ - before;
    answered_ += whole;
    underWay_ -= whole;
    if (warm_ && whole > 0) allow(talker, next(whole));
  }

  void compare(Talker& talker, std::string_view bytes) {
    if (talker.back + bytes.size() > talker.sent) wrongBytes();
    while (!bytes.empty()) {
      const std::string_view expected = std::string_view(pattern_).substr(talker.back % size_);
      const std::size_t length = std::min(expected.size(), bytes.size());
      if (std::memcmp(expected.data(), bytes.data(), length) != 0) wrongBytes();
      talker.back += length;
      bytes.remove_prefix(length);
    }
  }

  [[noreturn]] static void wrongBytes() {
    std::fputs("echo_load: what came back is not what was sent\n", stderr);
    std::exit(1);
  }

  // How many messages follow `whole` answered ones.
  std::size_t next(std::size_t whole) const {
    if (load_.millis) return late_ ? 0 : whole;
    const std::size_t started = answered_ + underWay_;
    const auto wanted = static_cast<std::size_t>(load_.messages);
    return std::min(whole, wanted > started ? wanted - started : 0);
  }

  void allow(Talker& talker, std::size_t messages) {
    talker.allowed += messages * size_;
    underWay_ += messages;
    if (messages > 0) send(talker);
  }

  void send(Talker& talker) {
    while (talker.sent < talker.allowed) {
      const std::size_t offset = talker.sent % size_;
      const std::size_t length = std::min(talker.allowed - talker.sent, pattern_.size() - offset);
      const ssize_t taken = ::send(talker.fd, pattern_.data() + offset, length, MSG_NOSIGNAL);
      if (taken < 0 && errno != EAGAIN) bench::fail("echo_load: send");
      if (taken > 0) talker.sent += static_cast<std::size_t>(taken);
      if (taken < static_cast<ssize_t>(length)) break;
    }
    const bool awaitsRoom = talker.sent < talker.allowed;
    if (awaitsRoom == talker.awaitsRoom) return;
    talker.awaitsRoom = awaitsRoom;
    const auto index = static_cast<std::size_t>(&talker - talkers_.data());
    watch(index, EPOLL_CTL_MOD, awaitsRoom ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  const Load load_;
  const std::size_t size_;
  int epoll_;
  bool warm_ = false;
  bool late_ = false;
  double until_ = 0;
  double lastLook_ = 0;
  double longestWait_ = 0;
  std::size_t answered_ = 0;
  std::size_t underWay_ = 0;
  std::string pattern_;
  std::string received_;
  std::vector<Talker> talkers_;
  std::array<epoll_event, 1024> events_{};
};

}  // namespace

int main(int argc, char** argv) {
  bench::raiseDescriptorLimit();
  EchoLoad(loadOf(argc, argv)).run();
}
