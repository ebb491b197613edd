// A server, and its test in a simulated world: no sockets, no waiting, and a minute passes at once.
//
//   $ ./test_your_protocol
//   ok: whoever calls is greeted
//   ok: what is said comes back
//   ok: whoever says nothing for a minute is hung up on
//   ok: and so it is on 100 bad networks

#include <ropewalk/ropewalk.h>
#include <ropewalk/sim.h>

#include <iostream>

using namespace ropewalk;

class Parrot : public LineReceiver {
  void connectionMade() override {
    sendLine("Say something!");
    bored_ = callLater(60s, [this] { transport->loseConnection(); });
  }
  void lineReceived(std::string_view line) override {
    bored_.reset(60s);
    sendLine(line);
  }
  DelayedCall bored_;
};

void expect(bool holds, const std::string& what, bool aloud) {
  if (!holds) throw Error("not so: " + what);
  if (aloud) std::cout << "ok: " << what << std::endl;
}

void test(sim::World& world, bool aloud) {
  world.host("server").run([] { reactor().listenTCP(8000, Factory::forProtocol<Parrot>()); });
  auto caller = world.host("client").connect<sim::Recorder>("server", 8000);
  world.advance(5s);
  expect(caller->takeReceived() == "Say something!\r\n", "whoever calls is greeted", aloud);
  caller->transport->write("hello\r\n");
  world.advance(55s);
  expect(caller->takeReceived() == "hello\r\n", "what is said comes back", aloud);
  world.advance(10s);
  expect(caller->lost(), "whoever says nothing for a minute is hung up on", aloud);
  world.finish();  // throws if anything is left: a connection, a call, a byte
}

int main() try {
  sim::World good;
  test(good, true);
  sim::explore([](sim::Schedule& schedule) {
    sim::World bad(schedule.seed());
    bad.setDelay({.fixed = 50ms, .jitter = 500ms});
    bad.setSegmentation({.maxReceive = 3, .maxSend = 5, .random = true});
    test(bad, false);
  });
  std::cout << "ok: and so it is on 100 bad networks" << std::endl;
} catch (const std::exception& error) {
  std::cerr << "test_your_protocol: " << error.what() << "\n";
  return 1;
}
