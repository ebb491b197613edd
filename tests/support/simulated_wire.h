#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "ropewalk/error.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/world.h"
#include "support/conversation.h"

namespace ropewalk::test {

// The wire of a simulated world: server and client on a host each. The methods are LoopbackWire's.
class SimulatedWire {
 public:
  // More than the two buffers of a simulated connection hold together, in pieces.
  static constexpr std::size_t kPieces = 32;
  static constexpr std::size_t kPieceSize = 32 * 1024;
  static constexpr std::size_t kTooMuch = kPieces * kPieceSize;

  static bool tellsResetWhilePaused() { return true; }

  // How a client's connection ends that the server has closed before there was a protocol.
  using Refused = ConnectionDone;

  // Connections of its own.
  static constexpr std::size_t kOwnConnections = 0;

  Reactor& serverReactor() { return server_.reactor(); }
  Reactor& clientReactor() { return client_.reactor(); }
  sim::World& world() { return world_; }

  std::shared_ptr<ListeningPort> listen(std::shared_ptr<Factory> factory,
                                        ListenOptions options = {}, int port = 0);

  int freePort() { return nextFreePort_++; }

  std::shared_ptr<Connector> connect(const ListeningPort& port,
                                     std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {});
  std::shared_ptr<Connector> connect(int port, std::shared_ptr<ClientFactory> factory,
                                     const ConnectOptions& options = {});

  void until(const std::function<bool()>& done);

  void settle() { world_.runUntilIdle(); }

 private:
  sim::World world_;
  sim::Host& server_ = world_.host("server");
  sim::Host& client_ = world_.host("client");
  int nextFreePort_ = 7000;
};

using Wire = SimulatedWire;

extern template class Conversation<SimulatedWire>;

}  // namespace ropewalk::test
