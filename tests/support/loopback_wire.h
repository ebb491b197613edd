#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "support/backend.h"
#include "support/conversation.h"
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

  // How a client's connection ends that the server has closed before there was a protocol.
  using Refused = ConnectionDone;

  // Connections of its own, once settle() was called.
  static constexpr std::size_t kOwnConnections = 1;

  Reactor& serverReactor() { return reactor_; }
  Reactor& clientReactor() { return reactor_; }

  std::shared_ptr<ListeningPort> listen(std::shared_ptr<Factory> factory,
                                        ListenOptions options = {}, int port = 0);

  // A port on which nobody listens just now.
  int freePort() { return RawSocket::listening().port(); }

  std::shared_ptr<Connector> connect(const ListeningPort& port,
                                     std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {});
  std::shared_ptr<Connector> connect(int port, std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {});

  // Turns the wheels until `done()`, asked after each turn.
  void until(const std::function<bool()>& done);

  // Returns when everything that was under way before has been seen: some bytes went to and fro
  // behind it.
  void settle();

 private:
  class Fence;

  void roundTrip();

  int passed_ = 0;
  bool fell_ = false;
  Reactor reactor_{backend()};
  std::shared_ptr<ListeningPort> fence_;
  RawSocket fencePeer_;
};

using Wire = LoopbackWire;

extern template class Conversation<LoopbackWire>;

}  // namespace ropewalk::test
