#include "support/loopback_wire.h"

#include <string_view>
#include <utility>

#include "ropewalk/factory.h"
#include "ropewalk/protocol.h"
#include "support/guarded_reactor.h"

namespace ropewalk::test {

class LoopbackWire::Fence : public Protocol {
 public:
  Fence(int* passed, bool* fell) : passed_(passed), fell_(fell) {}
  void dataReceived(std::string_view data) override {
    ++*passed_;
    transport->write(data);
  }
  void connectionLost(const Failure&) override { *fell_ = true; }

 private:
  int* passed_;
  bool* fell_;
};

std::shared_ptr<ListeningPort> LoopbackWire::listen(std::shared_ptr<Factory> factory,
                                                    ListenOptions options, int port) {
  if (options.interface.empty()) options.interface = "127.0.0.1";
  return reactor_.listenTCP(port, std::move(factory), options);
}

std::shared_ptr<Connector> LoopbackWire::connect(const ListeningPort& port,
                                                 std::shared_ptr<ClientFactory> factory,
                                                 const ConnectOptions& options) {
  return connect(port.getHost().port(), std::move(factory), options);
}

std::shared_ptr<Connector> LoopbackWire::connect(int port, std::shared_ptr<ClientFactory> factory,
                                                 const ConnectOptions& options) {
  return reactor_.connectTCP("127.0.0.1", port, std::move(factory), options);
}

void LoopbackWire::until(const std::function<bool()>& done) { turnUntil(reactor_, done); }

void LoopbackWire::settle() {
  for (int i = 0; i < 3; ++i) roundTrip();
}

void LoopbackWire::roundTrip() {
  if (!fence_) {
    fence_ = reactor_.listenTCP(0, Factory::forProtocol<Fence>(&passed_, &fell_), {"127.0.0.1"});
    fencePeer_ = RawSocket::connectedTo(fence_->getHost());
  }
  const int before = passed_;
  fencePeer_.send("?");
  until([&] { return passed_ > before || fell_; });
  if (std::exchange(fell_, false)) {
    // A test has stopped the reactor, which has begun anew.
    fence_.reset();
    return;
  }
  fencePeer_.receiveExactly(1);
}

template class Conversation<LoopbackWire>;

}  // namespace ropewalk::test
