#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/detail/as_deferred.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/detail/require_callable.h"
#include "ropewalk/detail/scope.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/transport.h"

namespace ropewalk {

class Factory;
class Failure;

namespace detail {
class Belongings;
}

/// The receiving side of one connection: derive from this to speak a protocol.
///
///   class Echo : public Protocol {
///     void dataReceived(std::string_view data) override { transport->write(data); }
///   };
///
/// Order: the callbacks arrive in this order and no other, and none while another is running on the
/// same connection:
///
///   connectionMade  dataReceived*  [readConnectionLost]  connectionLost
///
/// with writeConnectionLost() at most once in between, after loseWriteConnection().
///
/// Ownership: the connection holds the protocol until connectionLost() has returned. It may be kept
/// longer, but has no peer then.
/// Threads: each callback runs on the reactor's thread.
/// Errors: an exception out of any callback is logged with the connection's name and ends this
/// connection, and only this one, with that exception as its reason; it is flushed first, but for a
/// std::bad_alloc, which aborts it.
class Protocol {
 public:
  Protocol();
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol();

  /// The connection is there: `transport` and `factory` are set. Once, first.
  virtual void connectionMade() {}

  /// Some bytes arrived, at least one. They are cut anywhere: a message may come in pieces, or
  /// several at once. `data` is valid until this returns. Unless overridden, they are dropped.
  virtual void dataReceived(std::string_view data);

  /// The peer will send no more. Unless overridden, what is queued is flushed and the connection
  /// closed; override it to go on writing.
  virtual void readConnectionLost() { transport->loseConnection(); }

  /// All that was written before loseWriteConnection() is out and the peer was told.
  virtual void writeConnectionLost() {}

  /// The connection is gone; `why` says how. Once, last: ConnectionDone for an orderly end from
  /// either side, ConnectionLost for a broken one, ConnectionAborted for abortConnection(), or what
  /// a callback threw.
  virtual void connectionLost(const Failure& why);

  /// The reactor drains: finish soon. The input that had arrived has been delivered. A connection
  /// that is still open at the deadline is closed then, with a reset if it has unsent output.
  virtual void drainRequested() { transport->loseConnection(); }

  /// How log lines name this protocol: the class's name unless overridden.
  virtual std::string logPrefix() const;

  /// Calls `call` once, `delay` from now, unless the connection has ended by then.
  ///
  /// Does nothing before connectionMade(), as in a constructor, and from connectionLost() on: the
  /// returned handle is inactive. Pending calls are cancelled before connectionLost(), so ask
  /// DelayedCall::active() before you cancel one there.
  template <typename Callable>
  DelayedCall callLater(Duration delay, Callable&& call) {
    return callLaterOwned(delay, detail::detached(std::forward<Callable>(call)));
  }

  /// Calls `call` now; the coroutine that it starts dies with the connection. Does nothing, and
  /// does not call it, before connectionMade(), as in a constructor, and from connectionLost() on.
  ///
  /// At the end, before connectionLost(): what it awaits raises CancelledError (a stream's
  /// readLine() returns empty), any further await raises at once, and what is still suspended then
  /// is destroyed. An exception out of it is logged and ends the connection with that exception as
  /// its reason.
  template <typename Callable>
  void spawn(Callable&& call, detail::Place place = detail::Place::current()) {
    spawnOwned(detail::asDeferred(std::forward<Callable>(call), place), place);
  }

  /// Wraps `call` so that it does nothing once the connection has ended or was given to another
  /// protocol: for code that may call it late. For callables that return nothing.
  ///
  ///   lookup(name).addCallback(whileConnected([this](const Answer& answer) { send(answer); }));
  template <typename Callable>
  auto whileConnected(Callable call) {
    detail::requireCallable(call);
    return [scope = liveScope(), call = std::move(call)](auto&&... arguments) mutable {
      if (scope && !scope->isOver()) {
        call(std::forward<decltype(arguments)>(arguments)...);
      }
    };
  }

  /// Sets `transport` and calls connectionMade(). For those who drive a protocol themselves: tests
  /// with a StringTransport, protocols that wrap others.
  void makeConnection(TransportRef newTransport);

  /// The other end of makeConnection(): ends what was started through this protocol, then calls
  /// connectionLost(). The transport of a connection does so by itself.
  void endConnection(const Failure& why);

  /// The connection. Never null, harmless before connectionMade() and after connectionLost().
  TransportRef transport;

  /// Who built this protocol, or null.
  std::shared_ptr<Factory> factory;

 private:
  friend class detail::Belongings;

  // Null if there is no connection.
  detail::Ref<detail::Scope> liveScope();

  DelayedCall callLaterOwned(Duration delay, UniqueFunction<void()> call);
  void spawnOwned(UniqueFunction<Deferred<void>()> call, detail::Place place);

  std::unique_ptr<detail::Belongings> belongings_;
};

}  // namespace ropewalk
