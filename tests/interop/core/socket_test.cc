// What a peer that is not ours sees, and what it can do to us: raw sockets against the library.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
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
#include "support/deadly_sigpipe.h"
#include "support/pattern.h"
#include "support/raw_conversation.h"
#include "support/this_process.h"
#include "support/unnamed_file.h"

namespace ropewalk::test {
namespace {

TEST_CASE(
    "bytes followed by the end of the stream are all delivered, then ConnectionDone [LF5][LF6]") {
  RawConversation raw({});
  raw.peer.send("last words");
  raw.peer.close();
  raw.begin().end();
  CHECK(raw.server().received == "last words");
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("megabytes followed by the end of the stream are all delivered [LF6][LF2]") {
  RawConversation raw({});
  raw.beside([](RawSocket& peer) {
    peer.send(pattern(0, kMoreThanTheKernelTakes));
    peer.close();
  });
  raw.end();
  CHECK(isPattern(raw.server().received, kMoreThanTheKernelTakes));
  CHECK(raw.server().reason.check<ConnectionDone>());
}

TEST_CASE("a reset is ConnectionLost, with the system's reason in its text [LF5]") {
  RawConversation raw({});
  raw.begin().peer.reset();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  CHECK(!raw.server().reason.check<ConnectionAborted>());
  CHECK(raw.server().reason.what().find("Connection reset by peer") != std::string_view::npos);
}

TEST_CASE("a write to a peer that has gone is ConnectionLost, no exception and no signal [LF15]") {
  const DeadlySigpipe deadly;
  const auto leave = [](RawSocket& peer) { peer.reset(); };
  Script script;
  RawConversation* all = nullptr;
  std::size_t size = 0;
  SUBCASE("a small one") { size = 5; }
  SUBCASE("a large one") { size = 1'000'000; }
  script.data = [&](Scripted& self, std::string_view) {
    leave(all->peer);
    for (int i = 0; i < 10; ++i) self.transport->write(std::string_view(pattern(0, size)));
    CHECK(!self.isLost);
  };
  RawConversation raw(script);
  all = &raw;
  raw.peer.send("?");
  raw.begin().end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  raw.server().transport->write("still here?");
  raw.reactor.iterate();
}

TEST_CASE("a file for a peer that has finished and gone is ConnectionLost, no signal [LF15]") {
  const DeadlySigpipe deadly;
  Script script;
  script.readLost = [](Scripted&) {};  // half-closeable: the file waits for the peer to take it
  RawConversation raw(script);
  raw.begin();
  raw.peer.shutdownWrite();
  raw.until([&] { return raw.server().isReadLost; });
  raw.server().transport->writeFile(unnamedFile(pattern(0, 50'000'000)), 0, 50'000'000);
  raw.reactor.iterate();
  raw.peer.close();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
}

// Blocks SIGPIPE on this thread; none is pending when it lets go.
class SigpipeBlocked {
 public:
  SigpipeBlocked() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
  ~SigpipeBlocked() {
    take();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  // Discards a pending one; false if there was none.
  bool take() {
    constexpr timespec kAtOnce{};
    return ::sigtimedwait(&pipe_, nullptr, &kAtOnce) == SIGPIPE;
  }

 private:
  sigset_t pipe_;
  sigset_t before_;
};

TEST_CASE("a file for a peer that has gone leaves a blocked SIGPIPE as it was [LF15]") {
  SigpipeBlocked blocked;
  bool pipeOfTheProgram = false;
  SUBCASE("none was pending") {}
  SUBCASE("the program's own pipe had raised one") {
    pipeOfTheProgram = true;
    ::raise(SIGPIPE);
  }
  Script script;
  script.readLost = [](Scripted&) {};
  RawConversation raw(script);
  raw.begin();
  raw.peer.shutdownWrite();
  raw.until([&] { return raw.server().isReadLost; });
  raw.server().transport->writeFile(unnamedFile(pattern(0, 50'000'000)), 0, 50'000'000);
  raw.reactor.iterate();
  raw.peer.close();
  raw.end();
  CHECK(blocked.take() == pipeOfTheProgram);
}

TEST_CASE(
    "a write to a peer that has closed and will not read is ConnectionLost in the end [LF15]") {
  const DeadlySigpipe deadly;
  Script script;
  script.readLost = [](Scripted& self) { self.transport->write("are you there?"); };
  RawConversation raw(script);
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
  RawConversation raw(script);
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
  RawConversation raw(script);
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
  RawConversation raw(script);
  raw.begin();
  SUBCASE("with nothing unread") {}
  SUBCASE("with something unread") { raw.peer.send("never read"); }
  raw.peer.reset();
  raw.end();
  CHECK(raw.server().reason.check<ConnectionLost>());
}

TEST_CASE("bytes that come one at a time are all delivered [LF2]") {
  RawConversation raw({});
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
  RawConversation raw(script, {"127.0.0.1"}, 65536);
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

TEST_CASE("a write that finds more than the cap waiting aborts the connection") {
  ListenOptions options("127.0.0.1");
  options.limits.maxQueued = 100'000;
  const QuietLog quiet;
  RawConversation raw({}, options);
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
