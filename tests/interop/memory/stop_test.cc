// Out of memory ends a connection, not the process: how a reactor stops. G3.

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <memory>

#include "interop/memory/shortage.h"

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

}  // namespace
}  // namespace ropewalk::test
