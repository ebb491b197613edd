// The echo server: whatever comes is sent back.
//
//   $ ./echo_server
//
// In another terminal:
//
//   $ printf 'hello\n' | nc -N 127.0.0.1 8000
//   hello
//
// Or line by line:
//
//   $ telnet 127.0.0.1 8000
//   > hello
//   hello
//
// `./echo_server 9000` listens on another port.

#include <ropewalk/ropewalk.h>

#include <iostream>

using namespace ropewalk;

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

int main(int argc, char** argv) try {
  reactor().listenTCP(argc > 1 ? portNumber(argv[1]) : 8000, Factory::forProtocol<Echo>());
  reactor().run();
} catch (const std::exception& error) {
  std::cerr << "echo_server: " << error.what() << "\n";
  return 2;
}
