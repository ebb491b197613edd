// Descriptors of the user's own: RC19 to RC23 and RC25 for them.

#include "ropewalk/descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/backend.h"
#include "support/captured_log.h"
#include "support/guarded_reactor.h"
#include "support/story.h"
#include "support/this_process.h"
#include "support/unnamed_file.h"

namespace ropewalk::test {
namespace {

// Two connected sockets that do not block.
struct Pair {
  Pair() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  }
  ~Pair() {
    closeEnd(0);
    closeEnd(1);
  }
  void closeEnd(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  void send(std::string_view bytes) const {
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  std::array<int, 2> ends{};
};

// Writes down what it is told, and does what the test says.
class Watched : public Descriptor {
 public:
  Watched(Story& story, int number) : story_(story), fd(number) {}

  int fileno() const override {
    ++asked;
    return fd;
  }
  void doRead() override {
    story_.add("read");
    std::array<char, 100> bytes{};
    const ssize_t got = ::read(fd, bytes.data(), bytes.size());
    if (got > 0) received.append(bytes.data(), static_cast<std::size_t>(got));
    if (onRead) onRead();
  }
  void doWrite() override {
    story_.add("write");
    if (onWrite) onWrite();
  }
  void connectionLost(const Failure& why) override {
    story_.add("lost");
    reason = why;
  }

 private:
  Story& story_;

 public:
  int fd;
  mutable int asked = 0;
  std::string received;
  Failure reason;
  std::function<void()> onRead;
  std::function<void()> onWrite;
};

struct Watching {
  Watching() : watched(std::make_shared<Watched>(story, pair.ends[0])) {}
  void until(const char* event) {
    turnUntil(reactor, [&] { return story.has(event); });
  }
  // Whatever is ready now is told.
  void turn() { reactor.iterate(); }

  Story story;
  Pair pair;
  Reactor reactor{backend()};
  std::shared_ptr<Watched> watched;
};

TEST_CASE("a descriptor that is added twice is told once [RC20]") {
  Watching test;
  test.reactor.addReader(test.watched);
  test.reactor.addReader(test.watched);
  CHECK(test.reactor.getReaders().size() == 1);
  test.pair.send("x");
  test.until("read");
  test.turn();
  CHECK(test.story.text() == "read");
  test.reactor.removeReader(*test.watched);
  test.pair.send("y");
  test.turn();
  CHECK(test.story.text() == "read");
  CHECK(test.watched->received == "x");
}

TEST_CASE("to remove what is not watched is harmless [RC20]") {
  Watching test;
  test.reactor.removeReader(*test.watched);
  test.reactor.removeWriter(*test.watched);
  test.reactor.removeReader(12345);
  test.reactor.addReader(test.watched);
  test.reactor.removeWriter(*test.watched);
  test.pair.send("x");
  test.until("read");
}

TEST_CASE("a descriptor that was removed is not asked for its number again [RC20]") {
  Watching test;
  test.reactor.addReader(test.watched);
  test.reactor.addWriter(test.watched);
  test.until("write");
  test.reactor.removeReader(*test.watched);
  test.reactor.removeWriter(*test.watched);
  const int asked = test.watched->asked;
  test.pair.send("x");
  test.turn();
  CHECK(test.watched->asked == asked);
  CHECK(test.watched.use_count() == 1);
}

TEST_CASE("one descriptor may be watched for reading and for writing") {
  Watching test;
  test.watched->onWrite = [&] { test.reactor.removeWriter(*test.watched); };
  test.reactor.addReader(test.watched);
  test.reactor.addWriter(test.watched);
  test.until("write");
  test.turn();
  CHECK(test.reactor.getWriters().empty());
  test.pair.send("x");
  test.until("read");
  CHECK(test.story.text() == "write, read");
}

TEST_CASE("a descriptor whose number becomes -1 is lost, and the loop goes on [RC21]") {
  Watching test;
  test.watched->onRead = [&] { test.watched->fd = -1; };
  test.reactor.addReader(test.watched);
  test.pair.send("x");
  test.until("lost");
  CHECK(test.watched->reason.check<ConnectionLost>());
  CHECK(test.reactor.getReaders().empty());
  test.turn();
  CHECK(test.story.text() == "read, lost");
}

TEST_CASE("a descriptor that is closed while it is told is lost [RC21]") {
  Watching test;
  test.watched->onRead = [&] { test.pair.closeEnd(0); };
  test.reactor.addReader(test.watched);
  test.pair.send("x");
  test.until("lost");
  CHECK(test.story.text() == "read, lost");
}

TEST_CASE("a descriptor that is closed underneath does not make the loop spin [RC21]") {
  Watching test;
  test.reactor.addReader(test.watched);
  test.pair.closeEnd(0);
  int turns = 0;
  bool over = false;
  test.reactor.callLater(50ms, [&] { over = true; });
  while (!over) {
    test.reactor.iterate(1s);
    ++turns;
  }
  CHECK(turns < 20);
  // epoll forgets it without a word; the others say so.
  if (backend() != "epoll") CHECK(test.story.has("lost"));
}

TEST_CASE("what is not open cannot be watched") {
  Watching test;
  test.pair.closeEnd(0);
  test.watched->fd = 999;
  CHECK_THROWS_WITH_AS(test.reactor.addReader(test.watched),
                       "addReader: descriptor 999: Bad file descriptor", Error);
  CHECK(test.reactor.getReaders().empty());
  CHECK_THROWS_AS(test.reactor.addWriter(999, [] {}), Error);
  CHECK(test.reactor.getWriters().empty());
}

TEST_CASE("removeAll gives the descriptors back and leaves the loop's own alone [RC22]") {
  Watching test;
  Pair other;
  const auto writer = std::make_shared<Watched>(test.story, other.ends[0]);
  test.reactor.addReader(test.watched);
  test.reactor.addWriter(writer);
  const auto removed = test.reactor.removeAll();
  REQUIRE(removed.size() == 2);
  CHECK(removed[0] == test.watched);
  CHECK(removed[1] == writer);
  CHECK(test.reactor.getReaders().empty());
  test.pair.send("x");
  bool called = false, waited = false;
  test.reactor.callFromThread([&] { called = true; });
  test.reactor.callLater(1ms, [&] { waited = true; });
  turnUntil(test.reactor, [&] { return called && waited; });
  CHECK(test.story.text() == "");
}

TEST_CASE("a regular file is always ready, though epoll refuses it [RC23]") {
  const int fd = unnamedFile("hello").release();
  const CapturedLog log;
  Watching test;
  const auto file = std::make_shared<Watched>(test.story, fd);
  const std::size_t before = openDescriptors().size();
  test.reactor.addReader(file);
  test.reactor.addWriter(file);
  turnUntil(test.reactor, [&] { return test.story.count("read") > 1 && test.story.has("write"); });
  CHECK(file->received == "hello");
  CHECK(log.text() == "");
  test.reactor.removeReader(*file);
  test.reactor.removeWriter(*file);
  test.story.clear();
  test.turn();
  CHECK(test.story.text() == "");
  CHECK(openDescriptors().size() == before);  // nothing keeps the loop awake any more
  ::close(fd);
}

TEST_CASE("an exception from a descriptor is logged and ends it, and nothing else [RC19]") {
  const CapturedLog log;
  Watching test;
  Pair other;
  const auto second = std::make_shared<Watched>(test.story, other.ends[0]);
  test.watched->onRead = [] { throw std::runtime_error("no more"); };
  test.reactor.addReader(test.watched);
  test.reactor.addReader(second);
  test.pair.send("x");
  test.until("lost");
  CHECK(test.watched->reason.check<std::runtime_error>());
  CHECK(log.has("no more"));
  other.send("y");
  turnUntil(test.reactor, [&] { return second->received == "y"; });
}

TEST_CASE("a descriptor that another one removes in the same turn is not told [RC25]") {
  Watching test;
  Pair other;
  const auto second = std::make_shared<Watched>(test.story, other.ends[0]);
  test.watched->onRead = [&] { test.reactor.removeReader(*second); };
  second->onRead = [&] { test.reactor.removeReader(*test.watched); };
  test.reactor.addReader(test.watched);
  test.reactor.addReader(second);
  test.pair.send("x");
  other.send("y");
  test.turn();
  test.turn();
  CHECK(test.story.text() == "read");
}

TEST_CASE("descriptors are lost when the reactor stops [RC13]") {
  Watching test;
  test.reactor.addReader(test.watched);
  test.reactor.addWriter(test.watched);
  test.watched->onWrite = [&] {
    test.reactor.removeWriter(*test.watched);
    test.reactor.stop();
  };
  runUntilStopped(test.reactor);
  CHECK(test.story.text() == "write, lost");
  CHECK(test.watched->reason.check<ConnectionLost>());
}

TEST_CASE("a callable is called for a descriptor, until another takes its place") {
  Watching test;
  const int fd = test.pair.ends[0];
  test.reactor.addReader(fd, [&] {
    test.story.add("first");
    test.reactor.addReader(fd, [&] {
      test.story.add("second");
      test.reactor.removeReader(fd);
    });
  });
  test.pair.send("x");
  test.until("second");
  test.turn();
  CHECK(test.story.text() == "first, second");
  CHECK(test.reactor.getReaders().empty());
}

TEST_CASE("a callable that throws is called no more") {
  const CapturedLog log;
  Watching test;
  test.reactor.addWriter(test.pair.ends[0], [&] {
    test.story.add("called");
    throw std::runtime_error("no");
  });
  test.until("called");
  test.turn();
  CHECK(test.story.text() == "called");
  CHECK(log.has("runtime_error: no"));
}

TEST_CASE("a number that stands for another file by now can be watched again") {
  Watching test;
  const int fd = test.pair.ends[0];
  test.reactor.addReader(fd, [&] { test.story.add("old"); });
  Pair other;
  REQUIRE(::dup2(other.ends[0], fd) == fd);
  test.reactor.addReader(fd, [&] {
    test.story.add("new");
    test.reactor.removeReader(fd);
  });
  other.send("x");
  test.until("new");
  CHECK(test.story.text() == "new");
}

TEST_CASE("a simulated host has no descriptors to watch") {
  sim::World world;
  world.host("alone").run([] {
    CHECK_THROWS_AS(reactor().addReader(STDIN_FILENO, [] {}), Error);
    CHECK(reactor().getReaders().empty());
  });
}

}  // namespace
}  // namespace ropewalk::test
