// Files that the kernel does not send by sendfile(2).

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "support/captured_log.h"
#include "support/pattern.h"
#include "support/raw_conversation.h"
#include "support/unnamed_file.h"
#include "sys/kernel.h"

namespace ropewalk::test {
namespace {

int refusal = 0;
int refused = 0;

ssize_t refusedSendFile(int, int, off_t*, std::size_t) {
  ++refused;
  errno = refusal;
  return -1;
}

struct RefusingKernel {
  explicit RefusingKernel(int error) {
    refusal = error;
    refused = 0;
    sys::kernel.sendfile = refusedSendFile;
  }
  ~RefusingKernel() { sys::kernel = sys::kKernel; }
};

constexpr std::size_t kSize = 300'000;

TEST_CASE("a file that sendfile(2) does not take is read and sent") {
  for (const int error : {EINVAL, ENOSYS, EOPNOTSUPP}) {
    CAPTURE(error);
    const RefusingKernel kernel(error);
    Script script;
    script.made = [](Scripted& self) {
      self.transport->writeFile(unnamedFile(pattern(0, kSize + 10)), 10, kSize);
      self.transport->loseConnection();
    };
    RawConversation raw(script);
    std::string got;
    raw.beside([&](RawSocket& peer) {
      got = peer.receiveAll();
      peer.close();
    });
    raw.end();
    CHECK(got == pattern(0, kSize + 10).substr(10));
    CHECK(refused > 0);
  }
}

TEST_CASE(
    "a file that can be neither sent nor read ends in a reset, and the log says how much went") {
  const CapturedLog log;
  const RefusingKernel kernel(EINVAL);
  sys::kernel.pread = [](int fd, void* buffer, std::size_t size, off_t offset) -> ssize_t {
    if (offset < 64 * 1024) return ::pread(fd, buffer, size, offset);
    errno = EIO;
    return -1;
  };
  Script script;
  script.made = [](Scripted& self) {
    self.transport->writeFile(unnamedFile(pattern(0, kSize)), 0, kSize);
  };
  RawConversation raw(script);
  std::string got;
  int ended = 0;
  raw.beside([&](RawSocket& peer) {
    got = peer.receiveExactly(64 * 1024);
    ended = peer.endsWith();
  });
  raw.end();
  CHECK(isPattern(got, 64 * 1024));
  CHECK(ended == ECONNRESET);
  CHECK(log.has("a file breaks off after 65536 of 300000 bytes", "Input/output error"));
}

}  // namespace
}  // namespace ropewalk::test
