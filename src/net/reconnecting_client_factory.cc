// Waits after each failed or lost connection, then connects again. The delay grows by `factor` up
// to maxDelay and varies by a random `jitter`, so that many clients do not all return at once.

#include "ropewalk/reconnecting_client_factory.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <stdexcept>
#include <utility>

#include "reactor/reactor_core.h"
#include "ropewalk/connector.h"
#include "ropewalk/log.h"

namespace ropewalk {

namespace {

// Uniform in (0, 1].
double chance(detail::Driver& driver) {
  std::uint64_t bits = 0;
  driver.randomBytes({reinterpret_cast<std::uint8_t*>(&bits), sizeof bits});
  return static_cast<double>((bits >> 11) + 1) * 0x1p-53;
}

// From a normal distribution around 0 with a deviation of 1 (Box and Muller).
double normal(detail::Driver& driver) {
  const double radius = std::sqrt(-2 * std::log(chance(driver)));
  return radius * std::cos(2 * std::numbers::pi * chance(driver));
}

// The largest Duration if `seconds` does not fit.
Duration inRange(double seconds) {
  const std::chrono::duration<double> exact(seconds);
  return exact < Duration::max() ? std::chrono::duration_cast<Duration>(exact) : Duration::max();
}

}  // namespace

ReconnectingClientFactory::ReconnectingClientFactory(std::shared_ptr<Factory> builder)
    : builder_(std::move(builder)) {
  if (!builder_) throw std::invalid_argument("ReconnectingClientFactory: no factory");
}

std::shared_ptr<Protocol> ReconnectingClientFactory::buildProtocol(const Address& peer) {
  if (!builder_) return nullptr;
  std::shared_ptr<Protocol> protocol = builder_->buildProtocol(peer);
  if (protocol) beginAgain();
  return protocol;
}

void ReconnectingClientFactory::startedConnecting(Connector& connector) {
  connector_ = connector.weak_from_this();
  if (waiting_.active()) waiting_.cancel();  // other code called connect() earlier
}

void ReconnectingClientFactory::clientConnectionFailed(Connector& connector, const Failure&) {
  retry(connector);
}

void ReconnectingClientFactory::clientConnectionLost(Connector& connector, const Failure&) {
  retry(connector);
}

void ReconnectingClientFactory::stopTrying() {
  stopped_ = true;
  if (waiting_.active()) waiting_.cancel();
  const std::shared_ptr<Connector> connector = connector_.lock();
  if (connector && connector->state() == Connector::State::Connecting) connector->stopConnecting();
}

void ReconnectingClientFactory::resetDelay() {
  beginAgain();
  stopped_ = false;
}

void ReconnectingClientFactory::beginAgain() {
  delay_ = Duration::zero();
  retries_ = 0;
}

void ReconnectingClientFactory::retry(Connector& connector) {
  if (stopped_) return;
  if (maxRetries && retries_ >= *maxRetries) {
    if (noisy) logInfo("{}: giving up after {} retries", logPrefix(), retries_);
    return;
  }
  ++retries_;
  const Duration wait = nextDelay(connector);
  waiting_ = connector.reactor().callLater(
      wait, [this, kept = connector.shared_from_this()] {  // keeps this factory
        if (!stopped_) kept->connect();
      });
  if (noisy) logInfo("{}: connecting again in {} ms", logPrefix(), wait / 1ms);
}

Duration ReconnectingClientFactory::nextDelay(Connector& connector) {
  const double longest = std::chrono::duration<double>(maxDelay).count();
  const double grown = std::min(std::chrono::duration<double>(delay()).count() * factor, longest);
  detail::Driver& driver = detail::ReactorCore::of(connector.reactor()).driver();
  const double spread = jitter == 0 ? grown : grown * (1 + jitter * normal(driver));
  delay_ = std::max(Duration(1ms), inRange(std::min(spread, 2 * longest)));
  return delay_;
}

}  // namespace ropewalk
