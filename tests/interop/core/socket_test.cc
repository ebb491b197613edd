// What a peer that is not ours sees, and what it can do to us: raw sockets against the library.

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "ropewalk/reactor.h"
#include "support/captured_log.h"
#include "support/feeder.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"
#include "support/scripted.h"
#include "support/this_process.h"

namespace ropewalk::test {
namespace {

// A server on the library's side, and a raw socket connected to it. The socket may be used from the test and
// from callbacks for what cannot block, and by beside() for the rest.
class Raw {
 public:
  explicit Raw(Script script, ListenOptions options = {"127.0.0.1"}, int receiveBuffer = 0)
      : factory(scripted(story, "server", std::move(script))),
        port(reactor.listenTCP(0, factory, options)),
        peer(RawSocket::connectedTo(port->getHost(), receiveBuffer)) {}

  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw() {
    if (thread_.joinable()) thread_.join();
  }

  Scripted& server() { return *factory->built.at(0); }

  Raw& begin() {
    until([this] { return story.has("server made"); });
    return *this;
  }

  void end() {
    until([this] { return story.has("server lost"); });
  }

  template <typename Done>
  void until(Done done) {
    turnUntil(reactor, std::move(done));
  }

  // Runs `work` with the raw socket on a thread, and the reactor meanwhile, until `work` is done.
  template <typename Work>
  void beside(Work work) {
    bool isDone = false;
    std::string trouble;
    thread_ = std::thread([&, work = std::move(work)]() mutable {
      try {
        work(peer);
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      reactor.callFromThread([&] { isDone = true; });
    });
    until([&] { return isDone; });
    thread_.join();
    CHECK(trouble == "");
  }

  Story story;
  std::shared_ptr<ScriptedFactory> factory;
  Reactor reactor;
  std::shared_ptr<ListeningPort> port;
  RawSocket peer;

 private:
  std::thread thread_;
};

TEST_CASE("bytes followed by the end of the stream are all delivered, then ConnectionDone [LF5][LF6]") {
  Raw raw({});
  raw.peer.send("last words");
  raw.peer.close();
  raw.begin().end();
  CHECK(raw.server().received == "last words");
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("megabytes followed by the end of the stream are all delivered [LF6][LF2]") {
  Raw raw({});
  raw.beside([](RawSocket& peer) {
    peer.send(pattern(0, kMoreThanTheKernelTakes));
    peer.close();
  });
  raw.end();
  CHECK(isPattern(raw.server().received, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a reset is ConnectionLost, with the system's reason in its text [LF5]") {
  Raw raw({});
  raw.begin().peer.reset();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  CHECK(!raw.server().reason.check<ConnectionAborted>());
  CHECK(raw.server().reason.what().find("Connection reset by peer") != std::string_view::npos);
}

TEST_CASE("a close shows as the end of the stream, behind all that was written [LF5][CL1]") {
  Script script;
  script.made = [](Scripted& self) {
    for (std::size_t i = 0; i < kPieces; ++i) {
      self.transport->write(std::string_view(pattern(i * kPieceSize, kPieceSize)));
    }
    self.transport->loseConnection();
  };
  Raw raw(script);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    got = peer.receiveAll();
    peer.close();
  });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("an abort shows as a reset [LF5][CL7]") {
  Raw raw({});
  raw.begin().server().transport->abortConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionAborted>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE("an abort throws away what waits, and needs no help of a peer that does not read [CL7][CL11]") {
  Raw raw({});
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.until([&] { return raw.server().transport->unsentBytes() < kMoreThanTheKernelTakes; });
  CHECK(raw.server().transport->unsentBytes() > 0);
  raw.server().transport->abortConnection();
  CHECK(!raw.server().isLost);
  raw.end();
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE("a close on unread bytes destroys nothing of the answer [CL1]") {
  Script script;
  script.data = [](Scripted& self, std::string_view) {
    self.transport->write("the answer");
    self.transport->loseConnection();
  };
  Raw raw(script);
  raw.peer.send("the question");
  raw.begin();
  raw.until([&] { return raw.server().transport->isDisconnecting(); });
  // It comes too late to be read, and must not turn the close into a reset.
  raw.peer.send("and another thing");
  CHECK(raw.peer.receiveExactly(10) == "the answer");
  raw.peer.send("and another");
  raw.beside([](RawSocket& peer) { CHECK(peer.endsWith() == 0); });
  raw.peer.close();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.server().received == "the question");
}

TEST_CASE("a peer that does not finish is waited for only so long [CL1]") {
  ListenOptions options("127.0.0.1");
  options.limits.linger = 20ms;
  Raw raw({}, options);
  raw.begin().server().transport->write("bye");
  raw.server().transport->loseConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.receiveAll() == "bye");
}

TEST_CASE("a peer that sends for ever is not read for ever after a close [CL1]") {
  Raw raw({});
  raw.begin().server().transport->loseConnection();
  raw.beside([](RawSocket& peer) {
    // Ends because the other side closes on unread bytes.
    CHECK_THROWS_AS(for (;;) peer.send(std::string(65536, 'x')), std::system_error);
  });
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.server().received.empty());
}

TEST_CASE("a peer that takes nothing is given up after the close deadline [CL1]") {
  ListenOptions options("127.0.0.1");
  options.limits.closeDeadline = 20ms;
  Raw raw({}, options);
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.server().transport->loseConnection();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

TEST_CASE("a peer that takes nothing for too long is given up") {
  ListenOptions options("127.0.0.1");
  options.limits.writeStall = 20ms;
  Raw raw({}, options);
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
}

TEST_CASE("bytes in one batch with a close behind them are not delivered after loseConnection [CL2]") {
  Script script;
  script.data = [](Scripted& self, std::string_view) { self.transport->loseConnection(); };
  Raw raw(script);
  raw.begin();
  raw.peer.send(pattern(0, 60'000));
  raw.peer.shutdownWrite();
  raw.end();
  CHECK(raw.story.count("server data") == 1);
  CHECK(!raw.story.has("server read lost"));
}

TEST_CASE("two that are ready in one batch: whoever comes first can close the other [CL2][RC25]") {
  std::function<void(Transport&)> act;
  SUBCASE("loseConnection") { act = [](Transport& other) { other.loseConnection(); }; }
  SUBCASE("abortConnection") { act = [](Transport& other) { other.abortConnection(); }; }
  SUBCASE("pauseProducing") { act = [](Transport& other) { other.pauseProducing(); }; }
  Raw* all = nullptr;
  Script script;
  script.data = [&](Scripted& self, std::string_view) {
    for (const auto& each : all->factory->built) {
      if (each.get() != &self) act(*each->transport);
    }
  };
  Raw raw(script);
  all = &raw;
  std::vector<RawSocket> others;
  for (int i = 0; i < 5; ++i) others.push_back(RawSocket::connectedTo(raw.port->getHost()));
  raw.until([&] { return raw.factory->built.size() == 6; });
  raw.peer.send("x");
  for (RawSocket& other : others) other.send("x");
  for (int turn = 0; turn < 10; ++turn) raw.reactor.iterate();
  std::size_t delivered = 0;
  for (const auto& each : raw.factory->built) delivered += each->received.size();
  CHECK(delivered == 1);
}

TEST_CASE("a half-close shows as the end of the stream, and reading goes on [HC1]") {
  Raw raw({});
  raw.begin().server().transport->write("bye");
  raw.server().transport->loseWriteConnection();
  raw.until([&] { return raw.server().isWriteLost; });
  CHECK(raw.peer.receiveAll() == "bye");
  raw.peer.send("you too");
  raw.until([&] { return raw.server().received == "you too"; });
  CHECK(!raw.server().isLost);
  raw.peer.close();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a peer that half-closes gets all of its answer from a half-closeable protocol [HC2]") {
  Script script;
  script.readLost = [](Scripted& self) {
    self.transport->write(pattern(0, kMoreThanTheKernelTakes));
    self.transport->loseConnection();
  };
  Raw raw(script);
  raw.peer.send("question");
  raw.peer.shutdownWrite();
  std::string got;
  raw.beside([&](RawSocket& peer) { got = peer.receiveAll(); });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().received == "question");
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a peer that half-closes gets all of its answer from any protocol [HC2]") {
  Script script;
  script.data = [](Scripted& self, std::string_view data) { self.transport->write(data); };
  Raw raw(script);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    std::thread sending([&] {
      peer.send(pattern(0, kMoreThanTheKernelTakes));
      peer.shutdownWrite();
    });
    got = peer.receiveAll();
    sending.join();
  });
  raw.end();
  CHECK(isPattern(got, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("both directions closed end a connection once with ConnectionDone [HC3]") {
  Script script;
  script.readLost = [](Scripted&) {};
  Raw raw(script);
  raw.begin();
  SUBCASE("ours first") {
    raw.server().transport->loseWriteConnection();
    raw.until([&] { return raw.server().isWriteLost; });
    raw.peer.shutdownWrite();
  }
  SUBCASE("the peer's first") {
    raw.peer.shutdownWrite();
    raw.until([&] { return raw.server().isReadLost; });
    CHECK(!raw.server().isLost);
    raw.server().transport->loseWriteConnection();
  }
  raw.end();
  CHECK(raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.endsWith() == 0);
}

TEST_CASE("a half-close of a peer that has gone raises nothing [HC6]") {
  Script script;
  Raw* all = nullptr;
  script.data = [&](Scripted& self, std::string_view) {
    all->peer.reset();
    self.transport->loseWriteConnection();
    self.transport->loseWriteConnection();
  };
  Raw raw(script);
  all = &raw;
  raw.peer.send("?");
  raw.begin().end();
  CHECK(raw.story.count("server lost") == 1);
}

// SIGPIPE as a fresh process has it: deadly.
class DeadlySigpipe {
 public:
  DeadlySigpipe() : before_(std::signal(SIGPIPE, SIG_DFL)) {}
  ~DeadlySigpipe() { std::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

TEST_CASE("a write to a peer that has gone is ConnectionLost, no exception and no signal [LF15]") {
  const DeadlySigpipe deadly;
  const auto leave = [](RawSocket& peer) { peer.reset(); };
  Script script;
  Raw* all = nullptr;
  std::size_t size = 0;
  SUBCASE("a small one") { size = 5; }
  SUBCASE("a large one") { size = 1'000'000; }
  script.data = [&](Scripted& self, std::string_view) {
    leave(all->peer);
    for (int i = 0; i < 10; ++i) self.transport->write(std::string_view(pattern(0, size)));
    CHECK(!self.isLost);
  };
  Raw raw(script);
  all = &raw;
  raw.peer.send("?");
  raw.begin().end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  raw.server().transport->write("still here?");
  raw.reactor.iterate();
}

TEST_CASE("a write to a peer that has closed and will not read is ConnectionLost in the end [LF15]") {
  const DeadlySigpipe deadly;
  Script script;
  script.readLost = [](Scripted& self) { self.transport->write("are you there?"); };
  Raw raw(script);
  raw.begin().peer.close();
  // The first write is answered by a reset; the second one would meet EPIPE.
  raw.until([&] {
    raw.server().transport->write("hello?");
    return raw.server().isLost;
  });
  CHECK(raw.server().reason.check<ConnectionLost>());
}

TEST_CASE("while paused, bytes wait in the kernel until it is full, and then all arrive [PC1]") {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Raw raw(script);
  raw.begin();
  std::size_t sent = 0;
  for (;;) {
    const std::string bytes = pattern(sent, 65536);
    const ssize_t taken = ::send(raw.peer.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (taken < 0) break;
    sent += static_cast<std::size_t>(taken);
    raw.reactor.iterate();
  }
  CHECK(errno == EAGAIN);
  CHECK(raw.server().received.empty());
  raw.server().transport->resumeProducing();
  raw.until([&] { return raw.server().received.size() == sent; });
  CHECK(isPattern(raw.server().received, sent));
}

TEST_CASE("while paused, an end of the stream is not told and costs nothing [PC2]") {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Raw raw(script);
  raw.begin().peer.send("last words");
  raw.peer.close();
  const auto before = processorTime();
  bool isOver = false;
  raw.reactor.callLater(300ms, [&] { isOver = true; });
  raw.until([&] { return isOver; });
  CHECK(processorTime() - before < 60ms);
  CHECK(!raw.server().isLost);
  CHECK(raw.server().received.empty());
  raw.server().transport->resumeProducing();
  raw.end();
  CHECK(raw.server().received == "last words");
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("while paused, a reset is told at once [PC2]") {
  Script script;
  script.made = [](Scripted& self) { self.transport->pauseProducing(); };
  Raw raw(script);
  raw.begin();
  SUBCASE("with nothing unread") {}
  SUBCASE("with something unread") { raw.peer.send("never read"); }
  raw.peer.reset();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
}

TEST_CASE("bytes that come one at a time are all delivered [LF2]") {
  Raw raw({});
  constexpr std::size_t kSize = 5000;
  raw.beside([](RawSocket& peer) {
    for (std::size_t i = 0; i < kSize; ++i) peer.send(pattern(i, 1));
    peer.close();
  });
  raw.end();
  CHECK(isPattern(raw.server().received, kSize));
}

TEST_CASE("a slow reader with a small buffer gets everything in order [LF12][LF11]") {
  Script script;
  script.made = [](Scripted& self) {
    for (std::size_t at = 0; at < 2'000'000; at += 10'000) {
      self.transport->write(std::string_view(pattern(at, 10'000)));
    }
    self.transport->loseConnection();
  };
  Raw raw(script, {"127.0.0.1"}, 65536);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    for (;;) {
      const std::string piece = peer.receive(1000);
      if (piece.empty()) return;
      got += piece;
    }
  });
  raw.peer.close();
  raw.end();
  CHECK(isPattern(got, 2'000'000));
}

// A file with the first `size` bytes of the pattern, and no name.
int patternFile(std::size_t size) {
  char name[] = "/tmp/ropewalk-test-XXXXXX";
  const int fd = ::mkostemp(name, O_CLOEXEC);
  REQUIRE(fd >= 0);
  ::unlink(name);
  const std::string bytes = pattern(0, size);
  REQUIRE(::pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(size));
  return fd;
}

TEST_CASE("a file goes out between what was written before and after it [LF11]") {
  constexpr std::size_t kSize = 9'000'000;
  constexpr std::size_t kFirst = 1000;
  constexpr std::size_t kFile = 8'000'000;
  const int fd = patternFile(kSize);
  Script script;
  script.made = [&](Scripted& self) {
    self.transport->write(std::string_view(pattern(0, kFirst)));
    self.transport->writeFile(fd, kFirst, kFile);
    self.transport->write(std::string_view(pattern(kFirst + kFile, kSize - kFirst - kFile)));
    self.transport->loseConnection();
  };
  Raw raw(script);
  std::string got;
  raw.beside([&](RawSocket& peer) {
    got = peer.receiveAll();
    peer.close();
  });
  raw.end();
  CHECK(isPattern(got, kSize));
  // It was given away.
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("a file that is shorter than promised aborts the connection") {
  const int fd = patternFile(1000);
  Script script;
  script.made = [&](Scripted& self) { self.transport->writeFile(fd, 0, 2000); };
  Raw raw(script);
  raw.begin().end();
  CHECK(raw.server().reason);
  CHECK(!raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("a file that waits when the connection ends is closed") {
  const int fd = patternFile(1000);
  Raw raw({});
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.server().transport->writeFile(fd, 0, 1000);
  raw.server().transport->abortConnection();
  raw.end();
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("a write that finds more than the cap waiting aborts the connection") {
  ListenOptions options("127.0.0.1");
  options.limits.maxQueued = 100'000;
  const QuietLog quiet;
  Raw raw({}, options);
  raw.begin();
  Transport& transport = *raw.server().transport;
  // Whatever its size, if it finds less than the cap.
  transport.write(pattern(0, kMoreThanTheKernelTakes));
  CHECK(!transport.isDisconnecting());
  raw.until([&] { return transport.unsentBytes() < kMoreThanTheKernelTakes; });
  CHECK(transport.unsentBytes() > 100'000);
  transport.write("one more");
  CHECK(transport.isDisconnecting());
  CHECK(!raw.server().isLost);
  raw.end();
  CHECK(raw.server().reason.check<WriteQueueFull>());
}

}  // namespace
}  // namespace ropewalk::test
