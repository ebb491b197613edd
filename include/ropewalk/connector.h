#pragma once

#include <memory>

#include "ropewalk/address.h"

namespace ropewalk {

class Reactor;

/// An outgoing connection, which can be opened again after it ends.
///
/// Ownership: shared between you and the reactor, which keeps it while it is connecting or
/// connected.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  enum class State { Disconnected, Connecting, Connected };

  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;

  /// Connects. Throws AlreadyConnecting unless disconnected, and ReactorNotRunning while the
  /// reactor is being destroyed.
  virtual void connect() = 0;

  /// Stops the attempt: calls clientConnectionFailed() with UserError before this returns. Throws
  /// NotConnectingError while none is in progress.
  virtual void stopConnecting() = 0;

  /// Calls stopConnecting() while connecting, loseConnection() while connected; otherwise does
  /// nothing.
  virtual void disconnect() = 0;

  /// The address it connects to. For a name, that of the last connection; no address before the
  /// first.
  virtual Address getDestination() const = 0;

  virtual State state() const = 0;

  /// The reactor that it uses.
  virtual Reactor& reactor() const = 0;
};

}  // namespace ropewalk
