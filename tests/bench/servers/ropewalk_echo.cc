// Echo on Ropewalk: the program of the README, on any port of loopback.
//
//   $ ropewalk_echo 8000

#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

namespace {

class Echo : public Protocol {
  void dataReceived(std::string_view data) override { transport->write(data); }
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = reactor().listenTCP(bench::portArgument(argc, argv),
                                        Factory::forProtocol<Echo>(), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}
