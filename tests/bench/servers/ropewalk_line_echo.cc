// Echo of lines on Ropewalk: what a LineReceiver costs on top of a Protocol.
//
//   $ ropewalk_line_echo 8000

#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

namespace {

class LineEcho : public LineReceiver {
  void lineReceived(std::string_view line) override { sendLine(line); }
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = reactor().listenTCP(bench::portArgument(argc, argv),
                                        Factory::forProtocol<LineEcho>(), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}
