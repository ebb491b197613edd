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
/// Order: the callbacks arrive in this order and no other, and never while another one is running
/// on the same connection:
///
///   connectionMade  dataReceived*  [readConnectionLost]  connectionLost
///
/// with writeConnectionLost() at most once in between, after loseWriteConnection().
///
/// Ownership: the connection holds the protocol until connectionLost() has returned. A protocol
/// that is kept longer has no peer.
/// Threads: each callback runs on the reactor's thread.
/// Errors: an exception from any callback is logged with the connection's name and ends this
/// connection only, with that exception as its reason. Queued output is flushed first, except for a
/// std::bad_alloc, which aborts the connection.
class Protocol {
 public:
  Protocol();
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol();

  /// The connection is made: `transport` and `factory` are set. Called once, first.
  virtual void connectionMade() {}

  /// Bytes arrived, at least one. They may be cut anywhere: a message may come in pieces, or
  /// several at once. `data` is valid until this returns. Unless overridden, the bytes are dropped.
  virtual void dataReceived(std::string_view data);

  /// The peer will send no more. Unless overridden, flushes the queued output and closes the
  /// connection; override it to continue writing.
  virtual void readConnectionLost() { transport->loseConnection(); }

  /// Everything written before loseWriteConnection() is sent, and the peer sees the end of the
  /// stream.
  virtual void writeConnectionLost() {}

  /// The connection has ended; `why` is the reason. Called once, last: ConnectionDone for an
  /// orderly end from either side, ConnectionLost for a broken one, ConnectionAborted for
  /// abortConnection(), or the exception of a callback.
  virtual void connectionLost(const Failure& why);

  /// The reactor drains: finish soon. Input that had arrived has been delivered. A connection that
  /// is still open at the deadline is closed then, with a reset if it has unsent output.
  virtual void drainRequested() { transport->loseConnection(); }

  /// Its name in log lines: the class's name unless overridden.
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

  /// Calls `call` now; the coroutine that it starts ends with the connection. Before
  /// connectionMade(), as in a constructor, and from connectionLost() on, does nothing and does not
  /// call it.
  ///
  /// At the end, before connectionLost(), the await in which it is suspended raises CancelledError
  /// (a stream's readLine() returns empty), and any further await raises at once. If it is still
  /// suspended then, it is destroyed. An exception from it is logged and ends the connection, with
  /// that exception as its reason.
  template <typename Callable>
  void spawn(Callable&& call, detail::Place place = detail::Place::current()) {
    spawnOwned(detail::asDeferred(std::forward<Callable>(call), place), place);
  }

  /// Wraps `call` so that it does nothing once the connection has ended or was given to another
  /// protocol: for callbacks that may come late. For callables that return nothing.
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

  /// Sets `transport` and calls connectionMade(). For code that drives a protocol itself: tests
  /// with a StringTransport, protocols that wrap others.
  void makeConnection(TransportRef newTransport);

  /// The counterpart of makeConnection(): ends the calls and coroutines started through this
  /// protocol, then calls connectionLost(). A connection does so by itself.
  void endConnection(const Failure& why);

  /// The connection. Never null; does nothing before connectionMade() and after connectionLost().
  TransportRef transport;

  /// The factory that built this protocol, or null.
  std::shared_ptr<Factory> factory;

 private:
  friend class detail::Belongings;

  // Null while the protocol is not connected.
  detail::Ref<detail::Scope> liveScope();

  DelayedCall callLaterOwned(Duration delay, UniqueFunction<void()> call);
  void spawnOwned(UniqueFunction<Deferred<void>()> call, detail::Place place);

  std::unique_ptr<detail::Belongings> belongings_;
};

}  // namespace ropewalk
