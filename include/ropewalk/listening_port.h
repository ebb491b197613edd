#pragma once

#include "ropewalk/address.h"
#include "ropewalk/deferred.h"

namespace ropewalk {

/// A socket that accepts connections and gives each a protocol of its factory.
///
/// Ownership: shared between you and the reactor, which keeps it while it listens; you need not
/// keep it. Connections that it accepted stay open when it stops.
class ListeningPort {
 public:
  ListeningPort() = default;
  ListeningPort(const ListeningPort&) = delete;
  ListeningPort& operator=(const ListeningPort&) = delete;
  virtual ~ListeningPort() = default;

  /// The address it listens on; if port 0 was asked for, with the port that the kernel chose.
  virtual Address getHost() const = 0;

  /// Listens again after stopListening(). Throws CannotListenError, and ReactorNotRunning while the
  /// reactor is being destroyed.
  virtual void startListening() = 0;

  /// Stops accepting. The Deferred fires in a later turn, when the socket is closed and the port
  /// can be bound again; at once if it was not listening.
  virtual Droppable<void> stopListening() = 0;

  virtual bool isListening() const = 0;
};

}  // namespace ropewalk
