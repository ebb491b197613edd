#pragma once

#include <memory>
#include <utility>

#include "ropewalk/protocol.h"
#include "ropewalk/sim/world.h"

namespace ropewalk::detail {

// Connects "client" to "server", both hosts of `world`.
void connectPair(sim::World& world, std::shared_ptr<Protocol> server,
                 std::shared_ptr<Protocol> client);

}  // namespace ropewalk::detail

namespace ropewalk::sim {

/// A server's and a client's protocol, connected to each other in a World of their own.
///
///   auto pair = sim::connectedServerAndClient(std::make_shared<Echo>(),
///                                             std::make_shared<sim::Recorder>());
///   pair.client->transport->write("hello");
///   pair.flush();
///   CHECK(pair.client->received() == "hello");
///
/// Ownership: shares the protocols; both connections end with it.
template <typename Server, typename Client>
class ConnectedPair {
 public:
  ConnectedPair(std::shared_ptr<Server> serverProtocol, std::shared_ptr<Client> clientProtocol)
      : server(std::move(serverProtocol)), client(std::move(clientProtocol)) {
    detail::connectPair(world, server, client);
  }

  /// Gives each side one turn. False if nothing happened.
  bool pump() { return world.turn(); }

  /// Gives turns until nothing is on its way any more.
  void flush() { world.runUntilIdle(); }

  /// Lets `amount` pass for both.
  void advance(Duration amount) { world.advance(amount); }

  /// Where they live: hosts "server" and "client".
  World world;

  const std::shared_ptr<Server> server;
  const std::shared_ptr<Client> client;
};

/// Connects `server` and `client` to each other; connectionMade() of both has been called when this
/// returns.
template <typename Server, typename Client>
ConnectedPair<Server, Client> connectedServerAndClient(std::shared_ptr<Server> server,
                                                       std::shared_ptr<Client> client) {
  return {std::move(server), std::move(client)};
}

}  // namespace ropewalk::sim
