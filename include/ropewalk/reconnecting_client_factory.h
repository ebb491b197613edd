#pragma once

#include <memory>
#include <optional>

#include "ropewalk/factory.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {

class Connector;

/// A ClientFactory that connects again when its connection is lost or cannot be made, each time
/// after a longer delay.
///
///   reactor().connectTCP("db.example.org", 5432,
///                        std::make_shared<ReconnectingClientFactory>(Factory::forProtocol<Query>()));
///
/// The delay begins with initialDelay, is multiplied by `factor` before each attempt, grows no
/// further than maxDelay, and is spread by chance around that: with the defaults about
/// 2.7 s, 7.4 s, 20 s, 55 s, ... 3600 s. A connection that is made starts it from the beginning: in
/// a class of your own that overrides buildProtocol(), call resetDelay() there, or rather when the
/// peer has proved that it is of use.
///
/// Order: as ClientFactory. An attempt is made by the connector that failed; stopFactory() and
/// startFactory() are called between attempts. Who does not want to wait may call the connector's
/// connect(): that attempt takes the place of the one that waits.
/// Ownership: while a retry waits, the reactor keeps connector and factory. Give each connector a
/// factory of its own: the delay and the attempts are those of one.
class ReconnectingClientFactory : public ClientFactory {
 public:
  /// Override buildProtocol().
  ReconnectingClientFactory() = default;

  /// Builds what `builder` builds. Throws std::invalid_argument if it is null.
  explicit ReconnectingClientFactory(std::shared_ptr<Factory> builder);

  /// Set these before the first attempt.
  Duration initialDelay = 1s;
  Duration maxDelay = 3600s;
  double factor = 2.7182818284590451;

  /// The standard deviation of the delay, as a part of it, so that many clients do not come back
  /// at the same moment. 0: none.
  double jitter = 0.119626565582;

  /// So many attempts in vain, and it gives up. Unless set it never does.
  std::optional<int> maxRetries;

  /// No further attempts; one that waits is dropped, one that goes on is stopped.
  void stopTrying();

  /// The next delay is the first one again; after stopTrying(), tries again from now on.
  void resetDelay();

  /// Attempts since the last resetDelay().
  int retries() const noexcept { return retries_; }

  /// What it waits before the next attempt, or waited before the last one.
  Duration delay() const noexcept { return delay_ == Duration::zero() ? initialDelay : delay_; }

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) override;
  void startedConnecting(Connector& connector) override;
  void clientConnectionFailed(Connector& connector, const Failure& why) override;
  void clientConnectionLost(Connector& connector, const Failure& why) override;

 private:
  void beginAgain();
  void retry(Connector& connector);
  Duration nextDelay(Connector& connector);

  std::shared_ptr<Factory> builder_;
  std::weak_ptr<Connector> connector_;
  DelayedCall waiting_;
  Duration delay_{};
  int retries_ = 0;
  bool stopped_ = false;
};

}  // namespace ropewalk
