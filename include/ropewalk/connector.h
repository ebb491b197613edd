#pragma once

#include <memory>

#include "ropewalk/address.h"

namespace ropewalk {

class Reactor;

/// One connection that this side opens, and may open again.
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

  /// Tries (again). Throws AlreadyConnecting unless disconnected, ReactorNotRunning while the
  /// reactor is being destroyed.
  virtual void connect() = 0;

  /// Gives up an attempt: clientConnectionFailed() with UserError, before this returns. Throws
  /// NotConnectingError if there is none.
  virtual void stopConnecting() = 0;

  /// stopConnecting() while connecting, loseConnection() while connected, else nothing.
  virtual void disconnect() = 0;

  /// Where it connects to. Of a name, the address that it was connected to last; none before.
  virtual Address getDestination() const = 0;

  virtual State state() const = 0;

  /// The reactor that it connects in.
  virtual Reactor& reactor() const = 0;
};

}  // namespace ropewalk
