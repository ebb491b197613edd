// The voice menu of 10086 in text, as a protocol that remembers where the caller is. menu_stream.cc
// is the same menu as a coroutine.
//
//   $ ./menu_protocol
//
// In another terminal:
//
//   $ telnet 127.0.0.1 8000
//   Welcome to 10086. 1xxx for a service, 0 for a person, exit to leave.
//   > 1001
//   Service 1001: 1 to order it, 0 to go back.
//   > 1
//   Ordered. 1xxx for a service, 0 for a person, exit to leave.
//   > 0
//   A person will be with you.
//   > exit
//   Connection closed by foreign host.
//
// It hangs up on a caller who says nothing for a minute.

#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

class Menu : public LineReceiver {
 public:
  Menu() : LineReceiver(LineEnding::LfOrCrLf) {}

  void connectionMade() override {
    idle_.set(60s);
    sendLine("Welcome to 10086. " + choices_);
  }
  void lineReceived(std::string_view line) override {
    idle_.restart();
    if (line == "exit") return transport->loseConnection();
    state_ == State::Main ? mainMenu(line) : serviceMenu(line);
  }

 private:
  void mainMenu(std::string_view line) {
    if (line == "0") return sendLine("A person will be with you.");
    if (line.size() != 4 || line[0] != '1') return sendLine("Please try again.");
    sendLine("Service " + std::string(line) + ": 1 to order it, 0 to go back.");
    state_ = State::Service;
  }

  void serviceMenu(std::string_view line) {
    if (line != "0" && line != "1") return sendLine("Please try again.");
    sendLine((line == "1" ? "Ordered. " : "") + choices_);
    state_ = State::Main;
  }

  enum class State { Main, Service } state_ = State::Main;
  const std::string choices_ = "1xxx for a service, 0 for a person, exit to leave.";
  Timeout idle_{*this};  // hangs up
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<Menu>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "menu_protocol: " << error.what() << "\n";
  return 2;
}
