// What is done without memory: G3. That whole servers survive a shortage is tested in
// tests/interop/memory.

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstddef>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/string_transport.h"
#include "support/captured_log.h"
#include "support/scarce_memory.h"

namespace ropewalk::test {
namespace {

// Calls `call` with its first allocation failing. True if it throws std::bad_alloc.
template <typename Call>
bool throwsBadAlloc(const Call& call) {
  const ScarceMemory scarce(1, 1);
  try {
    call();
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

struct Witness : Protocol {
  void dataReceived(std::string_view data) override { heard(data); }
  void connectionLost(const Failure& reason) override { why = reason; }

  std::function<void(std::string_view)> heard = [](std::string_view) {};
  Failure why;
};

TEST_CASE("a write without memory aborts the connection that it was for and throws nothing [G3]") {
  const QuietLog quiet;
  sim::StringTransport wire;
  Witness witness;
  witness.makeConnection(wire);
  wire.setRoom(0);
  wire->write("this waits for room");
  wire.settle();
  const std::string text(1000, 'x');
  const SharedBytes shared(text);
  std::string given = text;
  bool throws = true;
  SUBCASE("of a view") {
    throws = throwsBadAlloc([&] { wire->write(std::string_view(text)); });
  }
  SUBCASE("of bytes that are shared") {
    throws = throwsBadAlloc([&] { wire->write(shared); });
  }
  SUBCASE("of a string that is given away") {
    throws = throwsBadAlloc([&] { wire->write(std::move(given)); });
  }
  SUBCASE("of a file") {
    const int fd = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    throws = throwsBadAlloc([&] { wire->writeFile(FileDescriptor(fd), 0, 1000); });
    CHECK(::fcntl(fd, F_GETFD) == -1);
  }
  CHECK_FALSE(throws);
  CHECK(wire.isAborted());
  CHECK(witness.why.check<std::bad_alloc>());
}

TEST_CASE("a write without memory is not the fault of whoever wrote [G3]") {
  const QuietLog quiet;
  sim::StringTransport deaf;
  Witness victim;
  victim.makeConnection(deaf);
  deaf.setRoom(0);
  deaf->write("this waits for room");
  deaf.settle();
  sim::StringTransport wire;
  Witness speaker;
  speaker.makeConnection(wire);
  const SharedBytes shared(std::string(1000, 'x'));
  speaker.heard = [&](std::string_view) {
    const ScarceMemory scarce(1, 1);
    deaf->write(shared);
    speaker.transport->write("told");
  };
  wire.deliver("tell");
  CHECK(wire.takeWritten() == "told");
  CHECK_FALSE(wire.isDisconnected());
  CHECK(deaf.isAborted());
}

TEST_CASE("a callback that runs out of memory sends no half of a message [G3]") {
  const QuietLog quiet;
  sim::StringTransport wire;
  Witness witness;
  witness.makeConnection(wire);
  witness.heard = [&](std::string_view) {
    witness.transport->write("the first half");
    throw std::bad_alloc();
  };
  wire.deliver("go");
  CHECK(wire.takeWritten() == "");
  CHECK(wire.isAborted());
  CHECK(witness.why.check<std::bad_alloc>());
}

TEST_CASE("a timer that there is no memory for throws to its caller, and the others run [G3]") {
  sim::StringTransport wire;
  int calls = 0;
  wire.reactor().callLater(Duration(1), [&] { ++calls; });
  CHECK(throwsBadAlloc([&] { wire.reactor().callLater(Duration(1), [&] { ++calls; }); }));
  wire.reactor().callLater(Duration(1), [&] { ++calls; });
  wire.advance(Duration(1));
  CHECK(calls == 2);
}

TEST_CASE("no timer runs that its protocol could not keep [G3]") {
  sim::StringTransport wire;
  Witness witness;
  witness.makeConnection(wire);
  bool isThere = false;
  for (std::size_t failing = 1; !isThere; ++failing) {
    {
      const ScarceMemory scarce(failing, 1);
      try {
        witness.callLater(std::chrono::hours(1), [] {});
        isThere = true;
      } catch (const std::bad_alloc&) {
      }
    }
    CHECK(wire.reactor().statistics().timers == (isThere ? 1 : 0));
  }
}

}  // namespace
}  // namespace ropewalk::test
