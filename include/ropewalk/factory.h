#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "ropewalk/detail/require_callable.h"
#include "ropewalk/protocol.h"

namespace ropewalk {

class Address;

namespace detail {
class Channel;
}

template <typename P>
class ProtocolFactory;

/// Makes one Protocol for each connection, and holds the state that they share.
///
///   reactor().listenTCP(8000, Factory::forProtocol<Echo>());
///   reactor().listenTCP(8001, Factory::forProtocol<Chatter>(room));  // Chatter(room) for each
///
/// Order: startFactory() before the first port or connector uses it, then buildProtocol() for each
/// connection, stopFactory() after the last port or connector has stopped.
/// Ownership: shared by its ports, its connectors and the protocols it built.
/// Errors: an exception from buildProtocol() is logged and closes that connection. listenTCP()
/// throws one from startFactory() to its caller.
class Factory : public std::enable_shared_from_this<Factory> {
 public:
  Factory() = default;
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;
  virtual ~Factory() = default;

  /// Returns a protocol for the connection with `peer`, or null to close the connection at once.
  virtual std::shared_ptr<Protocol> buildProtocol(const Address& peer) = 0;

  virtual void startFactory() {}
  virtual void stopFactory() {}

  /// Its name in log lines: the class's name unless overridden.
  virtual std::string logPrefix() const;

  /// If true, starting and stopping are logged as information.
  bool noisy = true;

  /// A factory that makes a `P(arguments...)` for each connection. It keeps copies of `arguments`
  /// and passes them as const. For a parameter `T&`, give std::ref(t): `t` must outlive the
  /// factory.
  template <typename P, typename... Arguments>
  static std::shared_ptr<ProtocolFactory<P>> forProtocol(Arguments&&... arguments);

  /// For libraries that change the bytes of a connection, as TLS does. Called after buildProtocol()
  /// and before connectionMade(). Returns `wire`, or a filter that owns it.
  virtual std::unique_ptr<detail::Channel> filtered(std::unique_ptr<detail::Channel> wire);

  /// For code that implements a port or connector: called when it starts and stops using this
  /// factory.
  void doStart();
  void doStop();

 private:
  std::size_t users_ = 0;
};

/// A Factory that builds protocols of type P.
template <typename P>
class ProtocolFactory : public Factory {
 public:
  using Build = UniqueFunction<std::shared_ptr<P>(const Address&)>;

  /// Throws std::invalid_argument if `build` is empty.
  explicit ProtocolFactory(Build build) : build_(std::move(build)) {
    detail::requireCallable(build_);
  }

  /// As buildProtocol(), but returns the derived type.
  std::shared_ptr<P> build(const Address& peer) { return build_(peer); }

  std::shared_ptr<Protocol> buildProtocol(const Address& peer) final { return build_(peer); }

 private:
  Build build_;
};

template <typename P, typename... Arguments>
std::shared_ptr<ProtocolFactory<P>> Factory::forProtocol(Arguments&&... arguments) {
  static_assert(std::is_convertible_v<P*, Protocol*>,
                "forProtocol<P>: P must derive from Protocol, and publicly");
  static_assert(!std::is_abstract_v<P>,
                "forProtocol<P>: P does not override all that it has to, as lineReceived() of a "
                "LineReceiver");
  static_assert(
      std::is_abstract_v<P> || std::is_constructible_v<P, const std::decay_t<Arguments>&...>,
      "forProtocol<P>(arguments...): P has no public constructor that takes these "
      "arguments as const; for a parameter T& give std::ref(t)");
  auto build = [stored = std::tuple<std::decay_t<Arguments>...>(
                    std::forward<Arguments>(arguments)...)](const Address&) {
    return std::apply([](const auto&... each) { return std::make_shared<P>(each...); }, stored);
  };
  return std::make_shared<ProtocolFactory<P>>(std::move(build));
}

class Connector;

/// A Factory for outgoing connections; it is notified of the result of each attempt.
///
/// Order: startFactory, startedConnecting, then either buildProtocol (and its protocol's callbacks)
/// and clientConnectionLost, or clientConnectionFailed; stopFactory last. Calling
/// `connector.connect()` from clientConnectionLost() or clientConnectionFailed() tries again and
/// keeps the factory started.
class ClientFactory : public Factory {
 public:
  virtual void startedConnecting(Connector& connector);
  virtual void clientConnectionFailed(Connector& connector, const Failure& why);
  virtual void clientConnectionLost(Connector& connector, const Failure& why);

  /// A ClientFactory that builds the protocols of `factory`, and logs a failure to connect as a
  /// warning. Throws std::invalid_argument if `factory` is null.
  static std::shared_ptr<ClientFactory> of(std::shared_ptr<Factory> factory);
};

}  // namespace ropewalk
