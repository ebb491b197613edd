// An echo in capitals.
//
//   $ ./upper_echo
//
// In another terminal:
//
//   $ printf 'hello, World\n' | nc -N 127.0.0.1 8000
//   HELLO, WORLD
//
// Or line by line:
//
//   $ telnet 127.0.0.1 8000
//   > hello
//   HELLO
//   > 10086
//   10086
//
// `./upper_echo 9000` listens on another port.

#include <ropewalk/ropewalk.h>

#include <algorithm>
#include <iostream>

using namespace ropewalk;

class UpperEcho : public Protocol {
  void dataReceived(std::string_view data) override {
    std::string capitals(data);
    std::transform(data.begin(), data.end(), capitals.begin(), [](char letter) {
      return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    transport->write(std::move(capitals));
  }
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<UpperEcho>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "upper_echo: " << error.what() << "\n";
  return 2;
}
