#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ropewalk/reactor.h"
#include "support/backend.h"
#include "support/guarded_reactor.h"
#include "support/pattern.h"
#include "support/raw_socket.h"

namespace ropewalk::test {

// The wire of the real kernel: server and client on one reactor, over 127.0.0.1.
//
// SimulatedWire has the same methods; the tests that take a Wire hold on both.
class LoopbackWire {
 public:
  // More than the kernel takes, in pieces.
  static constexpr std::size_t kPieces = test::kPieces;
  static constexpr std::size_t kPieceSize = test::kPieceSize;
  static constexpr std::size_t kTooMuch = test::kMoreThanTheKernelTakes;

  // poll and select cannot tell a reset alone.
  static bool tellsResetWhilePaused() { return backend() == "epoll"; }

  // Connections of its own, once settle() was called.
  static constexpr std::size_t kOwnConnections = 1;

  Reactor& serverReactor() { return reactor_; }
  Reactor& clientReactor() { return reactor_; }

  std::shared_ptr<ListeningPort> listen(std::shared_ptr<Factory> factory,
                                        ListenOptions options = {}, int port = 0) {
    if (options.interface.empty()) options.interface = "127.0.0.1";
    return reactor_.listenTCP(port, std::move(factory), options);
  }

  // A port on which nobody listens just now.
  int freePort() { return RawSocket::listening().port(); }

  std::shared_ptr<Connector> connect(const ListeningPort& port,
                                     std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {}) {
    return connect(port.getHost().port(), std::move(factory), options);
  }

  std::shared_ptr<Connector> connect(int port, std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {}) {
    return reactor_.connectTCP("127.0.0.1", port, std::move(factory), options);
  }

  // Turns the wheels until `done()`, asked after each turn.
  void until(const std::function<bool()>& done) { turnUntil(reactor_, done); }

  // Returns when everything that was under way before has been seen: some bytes went to and fro
  // behind it.
  void settle() {
    for (int i = 0; i < 3; ++i) roundTrip();
  }

 private:
  class Fence : public Protocol {
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

  void roundTrip() {
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

  int passed_ = 0;
  bool fell_ = false;
  Reactor reactor_{backend()};
  std::shared_ptr<ListeningPort> fence_;
  RawSocket fencePeer_;
};

using Wire = LoopbackWire;

}  // namespace ropewalk::test
