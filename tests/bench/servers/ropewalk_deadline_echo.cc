// Echo on Ropewalk whose connections end when nothing has been heard for a minute: what an idle
// deadline of the protocol's own costs on top of the echo.
//
//   $ ropewalk_deadline_echo 8000

#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

namespace {

class DeadlineEcho : public Protocol {
  void connectionMade() override {
    silent_ = callLater(1min, [this] { transport->loseConnection(); });
  }

  void dataReceived(std::string_view data) override {
    silent_.reset(1min);
    transport->write(data);
  }

  DelayedCall silent_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = reactor().listenTCP(bench::portArgument(argc, argv),
                                        Factory::forProtocol<DeadlineEcho>(), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}
