// Out of memory ends a connection, not the process: how a reactor stops. G3.

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <new>

#include "interop/memory/shortage.h"
#include "ropewalk/error.h"
#include "support/scarce_memory.h"

namespace ropewalk::test {
namespace {

struct Echo : Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

const std::vector<Exchange> kHello{{.say = "hello\n", .until = "hello\n"}};

TEST_CASE(
    "triggers of a shutdown are called in a shortage of memory, or it goes on without them [G3]") {
  surviveShortages({.factory =
                        [](Reactor& reactor) {
                          for (const Phase phase : {Phase::Before, Phase::During, Phase::After}) {
                            reactor.addSystemEventTrigger(phase, SystemEvent::Shutdown, [] {});
                          }
                          return Factory::forProtocol<Booked<Echo>>();
                        },
                    .peers = {kHello}});
}

TEST_CASE("a reactor drains in a shortage of memory [G3]") {
  surviveShortages({.factory = [](Reactor&) { return Factory::forProtocol<Booked<Echo>>(); },
                    .peers = {kHello},
                    .stop = [](Reactor& reactor) { reactor.drain(std::chrono::seconds(1)); }});
}

// Runs a reactor that has something to do with its n-th allocation failing, for each n there is.
// Whoever is told of that must find it as it was.
template <typename Turn>
void beginAgainAfterShortages(const Turn& turn) {
  for (std::size_t nth = 1;; ++nth) {
    CAPTURE(nth);
    Reactor reactor;
    reactor.callLater(std::chrono::seconds(0), [&] { reactor.stop(); });
    bool isShort = false;
    std::size_t needed = 0;
    try {
      const ScarceMemory scarce(nth, 1);
      turn(reactor);
      needed = ScarceMemory::counted();
    } catch (const std::bad_alloc&) {
      isShort = true;
    } catch (const Error&) {
      isShort = true;  // libevent's
    }
    if (isShort) CHECK_NOTHROW(turn(reactor));
    if (!isShort && needed < nth) return;
  }
}

TEST_CASE("a reactor that has no memory to begin with has not begun [G3]") {
  beginAgainAfterShortages([](Reactor& reactor) { reactor.run(); });
  beginAgainAfterShortages([](Reactor& reactor) { reactor.iterate(); });
}

}  // namespace
}  // namespace ropewalk::test
