// A client and an echo server in the simulated world, one message at a time, for counting what a
// round trip costs there.
//
//   $ simulated_echo --messages 1000

#include <ropewalk/ropewalk.h>
#include <ropewalk/sim/world.h>

#include <cstdio>
#include <string>

#include "options.h"

using namespace ropewalk;

namespace {

class Echo final : public Protocol {
 public:
  void dataReceived(std::string_view data) override { transport->write(data); }
};

// Sends the next message when the last one has come back.
class Asker final : public Protocol {
 public:
  Asker(long messages, long size)
      : left_(messages), message_(static_cast<std::size_t>(size), 'x') {}

  void connectionMade() override { ask(); }
  void dataReceived(std::string_view data) override {
    echoed_ += data.size();
    if (echoed_ == message_.size()) ask();
  }
  bool isDone() const { return left_ < 0; }

 private:
  void ask() {
    echoed_ = 0;
    if (--left_ < 0) return transport->loseConnection();
    transport->write(message_);
  }

  long left_;
  const std::string message_;
  std::size_t echoed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  long messages = 1000;
  long size = 100;
  bench::parseOptions(argc, argv,
                      {{"messages", "how many", messages, 1, 100'000'000},
                       {"size", "bytes of a message", size, 1, 65536}});
  sim::World world;
  world.host("server").run([] { reactor().listenTCP(8000, Factory::forProtocol<Echo>()); });
  const auto asker = world.host("client").connect<Asker>("server", 8000, messages, size);
  world.runUntilIdle();
  std::printf("trace hash %016llx\n", static_cast<unsigned long long>(world.traceHash()));
  return asker->isDone() ? 0 : 1;
}
