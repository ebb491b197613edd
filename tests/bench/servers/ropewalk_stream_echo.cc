// Echo as a coroutine on Ropewalk: what a StreamProtocol costs on top of a Protocol.
//
//   $ ropewalk_stream_echo 8000

#include <ropewalk/ropewalk.h>

#include "listening.h"

using namespace ropewalk;

namespace {

class StreamEcho : public StreamProtocol {
  Deferred<void> serve() override {
    while (auto bytes = co_await readSome()) write(*bytes);
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto port = reactor().listenTCP(bench::portArgument(argc, argv),
                                        Factory::forProtocol<StreamEcho>(), {"127.0.0.1"});
  bench::tellPort(port->getHost().port());
  reactor().run();
}
