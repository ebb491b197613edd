#pragma once

#include <memory>
#include <optional>

#include "ropewalk/factory.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {

class Connector;

/// A ClientFactory that connects again, each time after a longer delay, when its connection is lost
/// or cannot be made.
///
///   reactor().connectTCP("db.example.org", 5432,
///                        std::make_shared<ReconnectingClientFactory>(Factory::forProtocol<Query>()));
///
/// The delay starts at initialDelay, is multiplied by `factor` before each attempt, up to maxDelay,
/// and varies randomly around that: with the defaults about 2.7 s, 7.4 s, 20 s, 55 s, ... 3600 s. A
/// successful connection starts it from the beginning. A derived class that overrides
/// buildProtocol() calls resetDelay() there, or better once the peer has proved useful.
///
/// Order: as ClientFactory. The connector that failed makes the next attempt; stopFactory() and
/// startFactory() are called between attempts. To connect without waiting, call the connector's
/// connect(): that attempt replaces the waiting one.
/// Ownership: while a retry waits, the reactor keeps the connector and the factory. Give each
/// connector a factory of its own, because delay and attempts are counted for one.
class ReconnectingClientFactory : public ClientFactory {
 public:
  /// For a derived class that overrides buildProtocol().
  ReconnectingClientFactory() = default;

  /// Builds the protocols of `builder`. Throws std::invalid_argument if it is null.
  explicit ReconnectingClientFactory(std::shared_ptr<Factory> builder);

  /// Set these before the first attempt.
  Duration initialDelay = 1s;
  Duration maxDelay = 3600s;
  double factor = 2.7182818284590451;

  /// The standard deviation of the delay, as a fraction of it, so that many clients do not return
  /// at the same moment. 0: none.
  double jitter = 0.119626565582;

  /// The number of retries after which it gives up. Unset: never.
  std::optional<int> maxRetries;

  /// Makes no further attempts. Drops one that waits, stops one in progress.
  void stopTrying();

  /// Starts again from the first delay; after stopTrying(), allows attempts again.
  void resetDelay();

  /// Attempts since the last resetDelay().
  int retries() const noexcept { return retries_; }

  /// The delay before the next attempt, or before the last one.
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
