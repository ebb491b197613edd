// A client that comes back when its connection is lost, and a server that gives it reason to.
//
//   $ ./reconnecting_client
//   "You are number 1."
//   hung up on
//   "You are number 2."
//   hung up on
//   "You are number 3."
//   that will do

#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

// The server: counts its visitors, and hangs up.
class Counter : public Protocol {
 public:
  explicit Counter(std::shared_ptr<int> count) : count_(std::move(count)) {}
  void connectionMade() override {
    transport->write("You are number " + std::to_string(++*count_) + ".\n");
    transport->loseConnection();
  }

 private:
  std::shared_ptr<int> count_;
};

class Visitor : public LineReceiver {
 public:
  Visitor() : LineReceiver(LineEnding::LfOrCrLf) {}
  void lineReceived(std::string_view line) override {
    std::cout << '"' << line << '"' << std::endl;
    if (!line.ends_with("3.")) return;
    std::cout << "that will do" << std::endl;
    reactor().stop();
  }
};

// Delays of 0.1 s and up instead of a second; the rest is as it comes.
class Visits : public ReconnectingClientFactory {
 public:
  Visits() : ReconnectingClientFactory(Factory::forProtocol<Visitor>()) { initialDelay = 100ms; }
  void clientConnectionLost(Connector& connector, const Failure& why) override {
    if (reactor().isRunning()) std::cout << "hung up on" << std::endl;
    ReconnectingClientFactory::clientConnectionLost(connector, why);
  }
};

int main() try {
  const auto counter = Factory::forProtocol<Counter>(std::make_shared<int>(0));
  const auto port = reactor().listenTCP(0, counter, {"127.0.0.1"});
  reactor().connectTCP("localhost", port->getHost().port(), std::make_shared<Visits>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "reconnecting_client: " << error.what() << "\n";
  return 2;
}
