#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/address.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/producer.h"
#include "ropewalk/reactor.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/transport.h"

namespace ropewalk::sim {

/// A connection whose other end is in the test's hands: what was written is a string, and what
/// arrives is what the test says.
///
///   auto protocol = std::make_shared<Greeter>();
///   sim::StringTransport transport;
///   protocol->makeConnection(transport);
///   CHECK(transport.takeWritten() == "hello\r\n");
///   transport.deliver("quit\r\n");
///   CHECK(transport.isDisconnecting());
///
/// It is a real connection, on memory instead of a socket: it queues, pauses, closes, lingers and
/// breaks as any other. You may as well call the protocol's methods yourself, as in
/// `protocol->dataReceived("quit\r\n")`; with run(), if they sleep or ask for reactor().
///
/// It is the connection of the first protocol that is made on it. One that wraps others may make
/// them on it as well; they receive what it hands on.
///
/// Order: what a protocol asks for happens in the event loop, later. Methods that look (value(),
/// isFinished(), ...) or do something (deliver(), ...) first let that happen, unless they are
/// called from inside a callback.
/// Ownership: does not own the protocol, which must be alive when such a method is called;
/// destroying the transport does not call it.
/// Reactor: in makeConnection(transport), in run() and in every callback that the transport makes,
/// reactor() is this transport's, whatever other transports and Worlds there are. Outside of these
/// it throws as long as a StringTransport lives, as with a World, so that no code waits by mistake
/// on a reactor that does not run.
/// Errors: an exception out of a callback ends the connection, as on any other.
class StringTransport {
 public:
  /// The other end is `peer`.
  explicit StringTransport(const Address& peer = Address::parse("192.0.2.1", 54321));
  StringTransport(const StringTransport&) = delete;
  StringTransport& operator=(const StringTransport&) = delete;
  ~StringTransport();

  /// What Protocol::makeConnection() takes: while it does, reactor() is this transport's.
  class AtWork : public TransportRef {
   public:
    explicit AtWork(Transport& transport)
        : TransportRef(transport), current_(transport.reactor()) {}

   private:
    CurrentReactor current_;
  };
  operator AtWork() const;  // NOLINT: to be written as if it were one

  /// The transport as the protocol sees it: `transport->loseConnection()`.
  Transport* operator->() const;

  /// What was written and has left, since the beginning or the last clear() or takeWritten().
  const std::string& value();
  std::string takeWritten();
  void clear();

  /// The other end takes `bytes` more and no more; what is written beyond that waits
  /// (Transport::unsentBytes()). Without a call there is room for all.
  void setRoom(std::size_t bytes);

  /// Bytes arrive, all at once. Kept if the protocol has paused reading.
  void deliver(std::string_view bytes);

  /// The other end has finished, as after a close or a half-close.
  void peerCloses();

  /// The other end breaks the connection.
  void peerResets();

  /// loseConnection() or abortConnection() was called, or the connection has ended.
  bool isDisconnecting();

  /// Everything was sent and the other end was told that there will be no more.
  bool isFinished();

  /// The connection has ended: connectionLost() was called.
  bool isDisconnected();

  /// It ended with a reset for the other end: abortConnection(), a deadline, a cap.
  bool isAborted();

  /// Something is read if it arrives: not paused, not blocked by its own output, not closing.
  bool isReading();

  /// The producer that is registered, or null.
  Producer* producer() const;

  /// How it was registered. REQUIRES: there is one.
  Streaming streaming() const;

  /// The reactor that drives it, on a clock of its own.
  Reactor& reactor();

  /// Calls `call` as the transport would call the protocol: reactor() is this transport's. Returns
  /// what `call` returns, and lets out what it throws.
  ///
  /// What it has started happens when the transport is used next.
  template <typename Callable>
  decltype(auto) run(Callable&& call) {
    const CurrentReactor current(reactor());
    return std::forward<Callable>(call)();
  }

  /// Lets happen what can happen now.
  void settle();

  /// Lets `amount` pass on that clock.
  void advance(Duration amount);

 private:
  class Stage;

  std::unique_ptr<Stage> stage_;
};

}  // namespace ropewalk::sim
