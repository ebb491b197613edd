// Prints what clients send, and who came and went.
//
//   $ ./print_server
//   127.0.0.1 came
//   127.0.0.1 sent: hello
//   127.0.0.1 sent: how are you?
//   127.0.0.1 went: Connection was closed cleanly.
//
// In another terminal:
//
//   $ printf 'hello\nhow are you?\n' | nc -N 127.0.0.1 8000
//
// `./print_server 9000` listens on another port.

#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

class Printer : public LineReceiver {
 public:
  Printer() : LineReceiver(LineEnding::LfOrCrLf) {}

  void connectionMade() override { say(" came"); }
  void lineReceived(std::string_view line) override { say(" sent: ", line); }
  void connectionLost(const Failure& why) override { say(" went: ", why.what()); }

 private:
  void say(std::string_view what, std::string_view text = {}) {
    std::cout << transport->getPeer().host() << what << text << std::endl;
  }
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<Printer>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "print_server: " << error.what() << "\n";
  return 2;
}
