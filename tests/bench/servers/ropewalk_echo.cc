// Echo on Ropewalk: the program of the README, on any port of loopback.
//
//   $ ropewalk_echo 8000
//   $ ropewalk_echo 8000 poll     (or another backend, for comparison)

#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

void serve(std::uint16_t number) {
  const auto port = reactor().listenTCP(number, Factory::forProtocol<Echo>(), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint16_t number = bench::portArgument(argc, argv);
  if (argc <= 2) {
    serve(number);
    return 0;
  }
  Reactor other(argv[2]);
  const CurrentReactor current(other);
  serve(number);
}
