// A graceful stop: SIGTERM comes while an answer is pending, and the client still gets it.
//
//   $ ./graceful_stop
//   asked
//   SIGTERM
//   the answer is 42
//   stopped

#include <ropewalk/ropewalk.h>

#include <csignal>
#include <iostream>

using namespace ropewalk;

// During a drain, readLine() returns empty instead of waiting for a line.
class Oracle : public StreamProtocol {
  Deferred<void> serve() override {
    while (auto question = co_await readLine()) {
      co_await sleep(500ms);
      write("the answer is 42\n");
    }
  }
};

class Asker : public LineReceiver {
 public:
  Asker() : LineReceiver(LineEnding::LfOrCrLf) {}
  void connectionMade() override {
    sendLine("what is the answer?");
    std::cout << "asked" << std::endl;
  }
  void lineReceived(std::string_view line) override { std::cout << line << std::endl; }

  // Unless overridden, this closes the connection. The oracle closes it after its answer.
  void drainRequested() override {}
};

int main() try {
  const auto port = reactor().listenTCP(0, Factory::forProtocol<Oracle>(), {"127.0.0.1"});
  reactor().connectTCP("127.0.0.1", port->getHost().port(), Factory::forProtocol<Asker>());
  reactor().callLater(200ms, [] {
    std::cout << "SIGTERM" << std::endl;
    std::raise(SIGTERM);
  });
  reactor().run();
  std::cout << "stopped" << std::endl;
} catch (const std::exception& error) {
  std::cerr << "graceful_stop: " << error.what() << "\n";
  return 2;
}
