#include "interop/memory/shortage.h"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <new>
#include <optional>

#include "interop/memory/peer.h"
#include "ropewalk/log.h"
#include "support/backend.h"
#include "support/scarce_memory.h"
#include "support/this_process.h"

namespace ropewalk::test {

Book book;

namespace {

// A descriptor that is always ready, so that there is a turn whenever one is wanted.
class Pulse {
 public:
  Pulse() : fd_(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;
  ~Pulse() { ::close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// One performance: with memory scarce, then with plenty, then the end, scarce again.
class Performance {
 public:
  Performance(const Scene& scene, std::size_t first, std::size_t burst)
      : scene_(scene), first_(first), burst_(burst) {}

  // Returns how many allocations there were while memory was scarce.
  std::size_t play();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Act { Before, Scarce, Plenty, Last, Over };

  void turn();
  void act();
  bool peersAreGone();
  void next();
  void enter();
  void end();

  const Scene& scene_;
  std::size_t first_;
  std::size_t burst_;
  Reactor reactor_{backend()};
  std::shared_ptr<ListeningPort> port_;
  std::vector<Peer> peers_;
  std::size_t expected_ = 0;  // peers of this act
  Act act_ = Act::Before;
  std::optional<PlentyOfMemory> plenty_;
  std::size_t timersBefore_ = 0;
  Clock::time_point latest_ = Clock::now() + std::chrono::seconds(10);
};

std::size_t Performance::play() {
  const Pulse pulse;
  const ScarceMemory scarce(first_, burst_);
  plenty_.emplace();
  auto factory = scene_.factory(reactor_);
  port_ = reactor_.listenTCP(0, factory, {"127.0.0.1"});
  reactor_.addReader(pulse.fd(), [this] { turn(); });
  timersBefore_ = reactor_.statistics().timers;
  reactor_.run(false);
  plenty_.emplace();
  const bool isOver = act_ == Act::Over;
  CHECK(isOver);
  CHECK_FALSE(port_->isListening());
  port_.reset();
  factory.reset();
  CHECK(reactor_.statistics().open == 0);
  CHECK(reactor_.statistics().timers <= timersBefore_);
  return ScarceMemory::counted();
}

void Performance::turn() {
  {
    const PlentyOfMemory plenty;
    if (Clock::now() < latest_) {
      act();
    } else {
      MESSAGE("somebody is left waiting in act " << static_cast<int>(act_));
      for (const Peer& peer : peers_) MESSAGE("... who has heard \"" << peer.heard() << '"');
      reactor_.crash();
    }
  }
  if (act_ == Act::Last) end();
}

void Performance::act() {
  enter();
  for (Peer& peer : peers_) peer.goOn();
  if (!peersAreGone()) return;
  if (act_ == Act::Plenty) {
    for (const Peer& peer : peers_) CHECK_MESSAGE(peer.isContent(), peer.heard());
  }
  peers_.clear();
  expected_ = 0;
  if (reactor_.statistics().open == 0 && scene_.isDeserted()) next();
}

// Who has lost a partner has nobody left to wait for.
bool Performance::peersAreGone() {
  bool isOneDropped = false;
  bool isOneHere = false;
  for (const Peer& peer : peers_) {
    isOneDropped = isOneDropped || (peer.isGone() && !peer.isContent());
    isOneHere = isOneHere || !peer.isGone();
  }
  if (isOneDropped) {
    for (Peer& peer : peers_) peer.hangUp();
  }
  return isOneDropped || (!isOneHere && peers_.size() == expected_);
}

void Performance::next() {
  switch (act_) {
    case Act::Before:
      act_ = Act::Scarce;
      plenty_.reset();
      expected_ = scene_.peers.size();
      return;
    case Act::Scarce:
      act_ = Act::Plenty;
      plenty_.emplace();
      expected_ = scene_.peers.size();
      return;
    case Act::Plenty:
      act_ = Act::Last;
      plenty_.reset();
      return;
    default:
      return;
  }
}

// Whose turn it is to connect.
void Performance::enter() {
  while (peers_.size() < expected_) {
    if (!peers_.empty() && peers_.back().played() < scene_.headStart) return;
    peers_.emplace_back(port_->getHost(), scene_.peers[peers_.size()], act_ == Act::Scarce);
  }
}

// Whoever stops a reactor may be told that there is no memory for it, and tries again.
void Performance::end() {
  try {
    scene_.stop(reactor_);
    act_ = Act::Over;
  } catch (const std::bad_alloc&) {
  }
}

// Nothing is told, and what was told before is forgotten.
void muteLog() {
  setLogSink([](LogLevel, std::string_view) {});
}

// Returns how much memory stayed behind.
std::size_t play(const Scene& scene, std::size_t first, std::size_t burst, std::size_t& counted) {
  muteLog();
  const std::size_t before = allocations() - deallocations();
  counted = Performance(scene, first, burst).play();
  muteLog();
  return allocations() - deallocations() - before;
}

std::size_t playAndTidy(const Scene& scene, std::size_t first, std::size_t burst) {
  book = {};
  const std::size_t descriptors = openDescriptors().size();
  std::size_t counted = 0;
  // What is made once and for all is not made again.
  if (play(scene, first, burst, counted) != 0) CHECK(play(scene, first, burst, counted) == 0);
  CHECK(book.lost == book.made);
  CHECK(book.alive == 0);
  CHECK(openDescriptors().size() == descriptors);
  return counted;
}

}  // namespace

void surviveShortages(const Scene& scene) {
  const LogLevel before = logLevel();
  setLogLevel(LogLevel::Debug);
  for (const std::size_t burst : {1U, 3U}) {
    std::size_t first = 1;
    for (std::size_t counted = first; counted >= first; ++first) {
      CAPTURE(first);
      CAPTURE(burst);
      counted = playAndTidy(scene, first, burst);
    }
    CHECK(first > 10);  // or there was nothing to fail
  }
  setLogSink({});
  setLogLevel(before);
}

}  // namespace ropewalk::test
