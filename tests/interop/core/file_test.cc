// Files on their way into a socket.

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <string>

#include "support/captured_log.h"
#include "support/pattern.h"
#include "support/raw_conversation.h"
#include "support/unnamed_file.h"

namespace ropewalk::test {
namespace {

TEST_CASE("a file goes out between what was written before and after it [LF11]") {
  constexpr std::size_t kSize = 9'000'000;
  constexpr std::size_t kFirst = 1000;
  constexpr std::size_t kFile = 8'000'000;
  const int fd = unnamedFile(pattern(0, kSize)).release();
  Script script;
  script.made = [&](Scripted& self) {
    self.transport->write(std::string_view(pattern(0, kFirst)));
    self.transport->writeFile(FileDescriptor(fd), kFirst, kFile);
    self.transport->write(std::string_view(pattern(kFirst + kFile, kSize - kFirst - kFile)));
    self.transport->loseConnection();
  };
  RawConversation raw(script);
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
  const int fd = unnamedFile(pattern(0, 1000)).release();
  Script script;
  script.made = [&](Scripted& self) { self.transport->writeFile(FileDescriptor(fd), 0, 2000); };
  RawConversation raw(script);
  raw.begin().end();
  CHECK(raw.server().reason);
  CHECK(!raw.server().reason.check<ConnectionDone>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE(
    "what was sent before a file that breaks off arrives, then a reset; the log says how much") {
  const CapturedLog log;
  constexpr std::size_t kBefore = 2'000'000;
  const int fd = unnamedFile(pattern(kBefore, 1000)).release();
  Script script;
  script.made = [&](Scripted& self) {
    self.transport->write(pattern(0, kBefore));
    self.transport->writeFile(FileDescriptor(fd), 0, 2000);
    self.transport->write("dropped");
  };
  RawConversation raw(script);
  raw.begin();
  std::string got;
  int ended = 0;
  raw.beside([&](RawSocket& peer) {
    got = peer.receiveExactly(kBefore + 1000);
    ended = peer.endsWith();
  });
  raw.end();
  CHECK(isPattern(got, kBefore + 1000));
  CHECK(ended == ECONNRESET);
  CHECK(log.has("server", "a file breaks off after 1000 of 2000 bytes", "became shorter"));
}

TEST_CASE("a file that waits when the connection ends is closed") {
  const int fd = unnamedFile(pattern(0, 1000)).release();
  RawConversation raw({});
  raw.begin().server().transport->write(pattern(0, kMoreThanTheKernelTakes));
  raw.server().transport->writeFile(FileDescriptor(fd), 0, 1000);
  raw.server().transport->abortConnection();
  raw.end();
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("a file that cannot be read ends in a reset, so that nobody takes half for whole") {
  Script sending;
  sending.made = [](Scripted& self) {
    self.transport->write("100 bytes follow");
    self.transport->writeFile(FileDescriptor(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), 0,
                              100);
    self.transport->loseConnection();
  };
  RawConversation raw(sending);
  raw.begin().end();
  CHECK(raw.server().reason.check<ConnectionLost>());
  CHECK(raw.peer.endsWith() == ECONNRESET);
}

}  // namespace
}  // namespace ropewalk::test
