#pragma once

#include <memory>

#include "reactor/sim/network.h"
#include "reactor/sim/socket.h"

namespace ropewalk::detail {

// One simulated TCP connection: what the kernels at both ends know of it.
//
// Ownership: shared by the channels of both ends, the backlog that it waits in, and its packets on
// their way.
class SimLink : public std::enable_shared_from_this<SimLink> {
 public:
  // `network` must outlive this. `server` is null if no host has the address that is connected to.
  SimLink(SimNetwork& network, SimHost& client, const Address& clientAddress, SimHost* server,
          const Address& serverAddress)
      : network_(network),
        client_(*this, server_, &client, clientAddress),
        server_(*this, client_, server, serverAddress) {}
  SimLink(const SimLink&) = delete;
  SimLink& operator=(const SimLink&) = delete;
  ~SimLink() { network_.remove(*this); }

  SimNetwork& network() noexcept { return network_; }
  SimSocket& client() noexcept { return client_; }
  const SimSocket& client() const noexcept { return client_; }
  SimSocket& server() noexcept { return server_; }

  bool isOpen() const noexcept { return client_.isOpen() || server_.isOpen(); }

  // Whether these are its ends: the numbers of two hosts, the smaller one first, or client and
  // server.
  bool isBetween(std::size_t lowHost, std::size_t highHost) const noexcept;
  bool isBetween(const Address& client, const Address& server) const noexcept {
    return client_.address() == client && server_.address() == server;
  }

  // `host` has lost its memory.
  void forget(const SimHost& host) noexcept;

  // Somebody in between ends it: both ends get a reset.
  void cut();

 private:
  SimNetwork& network_;
  SimSocket client_;
  SimSocket server_;
};

}  // namespace ropewalk::detail
