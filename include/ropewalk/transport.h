#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/address.h"
#include "ropewalk/detail/drained.h"
#include "ropewalk/detail/ref.h"
#include "ropewalk/file_descriptor.h"
#include "ropewalk/producer.h"
#include "ropewalk/shared_bytes.h"

namespace ropewalk {

class Failure;
class Protocol;
class Reactor;
struct ConnectionLimits;

/// How long loseConnection() waits, after the flush, for the peer to finish too. Input that arrives
/// meanwhile is discarded, because a close with unread input resets the connection and destroys
/// output that the peer has not read.
enum class Linger : std::uint8_t {
  No,            ///< not at all
  Yes,           ///< at most ConnectionLimits::linger and lingerBytes
  WhileSending,  ///< while the peer keeps sending: ConnectionLimits::lingerGap and longLinger
};

/// The sending side of one connection, as its Protocol sees it.
///
/// Bytes go in through write(), in order, and leave when the peer can take them; nothing here
/// blocks. Input and the end of the connection are reported to the Protocol, never to the caller.
///
///   void Greeter::connectionMade() {
///     transport->write("hello\r\n");
///     transport->loseConnection();  // after the greeting has been sent
///   }
///
/// Ownership: reached through a TransportRef, which may be kept for ever. Before connectionMade()
/// and after the end of the connection, every method here does nothing.
///
/// Threads: the reactor's thread only. From elsewhere, use Reactor::callFromThread().
///
/// Reentrancy: no method here calls the Protocol before it returns. A producer is the one
/// exception: see producer.h.
///
/// Errors: no method here fails, except where noted. A broken network is reported once, through
/// Protocol::connectionLost(). If there is no memory for a write, the connection is aborted with a
/// std::bad_alloc.
class Transport : public detail::SharedRefCounted {
 public:
  /// Sends `bytes` after everything written before.
  ///
  /// Everything written during one callback is sent in one system call when that callback returns.
  /// `bytes` is copied or sent before this returns. Dropped after loseConnection() (unless a
  /// producer is registered), after loseWriteConnection() and after the end.
  virtual void write(std::string_view bytes) = 0;

  /// The same for bytes that many connections send: kept by reference, never copied.
  virtual void write(const SharedBytes& bytes) = 0;

  /// The same for a string that the caller moves in: kept, not copied.
  template <std::same_as<std::string> String>
  void write(String&& bytes) {
    writeOwned(std::forward<String>(bytes));
  }

  /// Writes the pieces as if they were one.
  void writeSequence(std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces) write(piece);
  }

  /// Sends `count` bytes of the open `file` from `offset` on, after everything written before,
  /// by sendfile(2) if the transport can.
  ///
  /// Closes the file when all is sent or the connection ends. If the file is shorter, or cannot be
  /// read, the connection ends as by cutShort().
  virtual void writeFile(FileDescriptor file, std::uint64_t offset, std::uint64_t count) = 0;

  /// Closes once everything written so far has been sent.
  ///
  /// Nothing more is delivered to the protocol. Flushes while the peer keeps taking output
  /// (ConnectionLimits::closeDeadline), shuts down the sending direction, waits for the peer to
  /// finish, then closes. If a producer is registered, waits for it to unregister first. Ends in
  /// connectionLost() with ConnectionDone. A second call, or one after the end, does nothing.
  ///
  /// Linger::No does not wait for the peer: for a protocol that knows that the peer has nothing
  /// more to send. Linger::WhileSending waits longer: for a protocol that refuses a message while
  /// the peer is still sending it. While the reactor drains, WhileSending means Yes.
  virtual void loseConnection(Linger linger) = 0;
  void loseConnection() { loseConnection(Linger::Yes); }

  /// As loseConnection(), but `why` is the reason in connectionLost(), unless one was given before.
  /// A std::bad_alloc aborts instead, because only half of a message may have been written, and
  /// after an orderly close the peer would take that half for a complete message.
  virtual void loseConnection(Failure why) = 0;

  /// Closes now: unsent bytes are discarded and the peer sees a reset.
  ///
  /// Ends in connectionLost() with ConnectionAborted, later, never from inside this call.
  virtual void abortConnection() = 0;

  /// As abortConnection(), but `why` is the reason in connectionLost(), unless it is empty or a
  /// reason was given before.
  virtual void abortConnection(Failure why) = 0;

  /// Ends the connection with a reset after everything written so far was delivered. For a message
  /// or body that cannot be completed: after an orderly close the peer might take the part for the
  /// whole.
  ///
  /// Flushes, waits until the peer has acknowledged all of it (ConnectionLimits::closeDeadline),
  /// because a reset destroys data in flight, then resets. Ends in connectionLost() with `why`, or
  /// with ConnectionAborted if `why` is empty; an earlier reason stays. Inside connectionLost(), it
  /// makes the close a reset.
  virtual void cutShort(Failure why) = 0;

  /// Ends the sending direction; reading continues.
  ///
  /// After the flush the peer sees the end of the stream and the protocol gets
  /// writeConnectionLost(). If a producer is registered, waits for it to unregister first. If the
  /// peer has finished too, the connection ends.
  virtual void loseWriteConnection() = 0;

  /// Gives the connection to another protocol, for instance after an HTTP upgrade or at the end of
  /// a handshake. `next` gets every callback from now on, the present protocol gets none.
  ///
  ///   void Handshake::lineReceived(std::string_view) {
  ///     transport->write("200 connected\r\n");
  ///     transport->switchProtocol(std::make_shared<Tunnel>(), clearLineBuffer());
  ///   }
  ///
  /// `unread` is the input that the present protocol has received but not used.
  ///
  /// The switch happens in the event loop, after the callback or coroutine that calls this. Until
  /// then nothing is read. Output written until then is sent before any output of `next`.
  ///
  /// Order: the producer of the present protocol is stopped; the transport's room waiters get
  /// roomLost(); the protocol's timed calls and coroutines are cancelled as at the end of a
  /// connection; its `transport` becomes one that does nothing; its pauseProducing() and setIdle()
  /// are undone. Limits and queued output stay. Then `next` gets connectionMade(), dataReceived()
  /// with `unread` if that is not empty, and those of readConnectionLost(), writeConnectionLost()
  /// and drainRequested() whose events have already happened.
  ///
  /// If the connection ends before the switch, `next` gets connectionMade() and connectionLost();
  /// `unread` may then be dropped. Once isConnected() is false, this drops `next` and does nothing.
  ///
  /// Ownership: the connection keeps `next`, and releases the present protocol.
  /// Errors: throws std::invalid_argument if `next` is null, UserError if a switch is pending.
  virtual void switchProtocol(std::shared_ptr<Protocol> next, std::string unread) = 0;
  void switchProtocol(std::shared_ptr<Protocol> next) { switchProtocol(std::move(next), {}); }

  /// Stops delivering to the protocol. Further input stays in the kernel.
  ///
  /// The protocol already has the chunk passed to the current dataReceived(). To stop between two
  /// of its lines, use LineReceiver::pauseProducing(), which also calls this one. While paused, an
  /// orderly end of the peer's stream is noticed only when reading resumes; a reset ends the
  /// connection at once.
  virtual void pauseProducing() = 0;

  /// Delivers again, from the event loop. Does nothing while disconnecting.
  virtual void resumeProducing() = 0;

  /// Gives back the last part of the input that dataReceived() got. It is delivered again, before
  /// any later input, from the event loop once reading continues. For a protocol that stops between
  /// two messages of one chunk, because it has called pauseProducing() or because of isBlocked():
  ///
  ///   void Store::dataReceived(std::string_view data) {
  ///     while (takeRequest(data)) {
  ///       if (transport->isBlocked()) return transport->unread(std::string(data));
  ///     }
  ///   }
  ///
  /// `bytes` come before input given back earlier. Undelivered input counts in the memory budget of
  /// the process. While a switch is pending, `bytes` go to the next protocol, after all input left
  /// for it. Does nothing while disconnecting.
  virtual void unread(std::string bytes) = 0;

  /// True while reading has stopped because too much output is unsent: see setReadWhileBlocked().
  /// May become true inside write(), once more than ConnectionLimits::writeHighWater is unsent.
  /// While it is true, LineReceiver, LineOnlyReceiver and StreamProtocol deliver nothing.
  virtual bool isBlocked() const = 0;

  /// The same as loseConnection(), under the name that matches pauseProducing() and
  /// resumeProducing(). A Transport is not a Producer: to feed one from another, register a
  /// Producer of your own that calls these three.
  void stopProducing() { loseConnection(); }

  /// Registers `producer` to feed this transport: see producer.h.
  ///
  /// Throws std::invalid_argument if `producer` is null, ProducerAlreadyRegistered if there is one.
  /// After the end of the connection, calls `producer->stopProducing()` at once and keeps nothing.
  virtual void registerProducer(std::shared_ptr<Producer> producer, Streaming streaming) = 0;

  /// Removes the producer. Does nothing if there is none.
  virtual void unregisterProducer() = 0;

  /// Returns at once while at most ConnectionLimits::writeHighWater bytes of output (64 KiB, or
  /// half of maxQueued if that is less) are unsent. Above that, waits until at most writeLowWater
  /// (16 KiB) are:
  ///
  ///   for (...) { transport->write(piece); co_await transport->drained(); }
  ///
  /// Any number of coroutines may wait. Raises CancelledError after loseConnection(),
  /// loseWriteConnection() and abortConnection(), because writes are dropped then.
  [[nodiscard]] detail::Drained drained() noexcept { return detail::Drained(*this); }

  /// The same for code that is not a coroutine: notifies `waiter`, once, from the event loop, when
  /// at most `atMost` bytes are unsent; see room_waiter.h.
  ///
  /// Returns false, and does not keep `waiter`, if writes are dropped.
  /// REQUIRES: `waiter` does not wait already.
  virtual bool awaitRoom(RoomWaiter& waiter, std::size_t atMost) = 0;

  /// Sets whether reading continues while more than ConnectionLimits::writeHighWater bytes of this
  /// connection's output are unsent.
  ///
  /// The default: on a connection that was accepted, reading stops until at most writeLowWater
  /// bytes are unsent, so a peer that does not read its answers cannot make a server hold more. On
  /// a connection that this side opened, reading continues, because two ends that both write much
  /// and both stop reading would wait for each other. With a producer registered, reading continues
  /// and the producer is paused instead.
  ///
  /// While the process is over its memory budget (memory_budget.h), reading stops as soon as the
  /// kernel takes no more output.
  virtual void setReadWhileBlocked(bool on) = 0;

  /// Marks the connection as idle: nothing is in progress on it, so it may be closed to make room
  /// for a new one.
  ///
  /// It may be closed when a limit is reached (ListenOptions::maxConnections, the descriptors of
  /// the process): the connection that has been idle longest goes first, with ConnectionDone. One
  /// with unsent output or unread input is not closed. setIdle(true) again restarts the idle time.
  ///
  /// A connection is not idle by default. HTTP sets it between two requests, chat until a member
  /// has a name.
  virtual void setIdle(bool on) = 0;

  /// Replaces the limits for this connection alone. To change one of them and keep the others:
  ///
  ///   ConnectionLimits limits = transport->limits();
  ///   limits.writeStall = 5s;
  ///   transport->setLimits(limits);
  virtual void setLimits(const ConnectionLimits& limits) = 0;

  /// The limits in effect, as a copy: those of its port or connector, or those of setLimits().
  /// A default ConnectionLimits before connectionMade() and from connectionLost() on.
  virtual ConnectionLimits limits() const = 0;

  /// True from connectionMade() until connectionLost() has begun.
  virtual bool isConnected() const = 0;

  /// True from the first loseConnection(), abortConnection() or cutShort() on, and once the
  /// connection has ended.
  virtual bool isDisconnecting() const = 0;

  /// Bytes accepted by write() and not yet taken by the kernel. In connectionLost(): those that
  /// were dropped. After it: 0.
  virtual std::size_t unsentBytes() const = 0;

  /// The far end; also valid in and after connectionLost().
  virtual Address getPeer() const = 0;

  /// The local end. After connectionLost() it is known only if getHost() was called before;
  /// otherwise the address is empty.
  virtual Address getHost() const = 0;

  /// TCP_NODELAY, which turns Nagle's algorithm off (default: true), and TCP keep-alive (default:
  /// true). On a wire without such options the value is stored and has no effect.
  virtual void setTcpNoDelay(bool on) = 0;
  virtual bool getTcpNoDelay() const = 0;
  virtual void setTcpKeepAlive(bool on) = 0;
  virtual bool getTcpKeepAlive() const = 0;

  /// Its name in log lines: the protocol's name, its number at its port, and the peer's host
  /// ("Echo,0,127.0.0.1").
  virtual std::string logPrefix() const = 0;

  /// The reactor that drives this connection. REQUIRES: a transport that has been connected.
  virtual Reactor& reactor() const = 0;

 private:
  friend class Protocol;

  /// Protocol::makeConnection() calls this before connectionMade(), with the protocol that has this
  /// transport. For test doubles, which deliver to it; a connection has its protocol already.
  virtual void attached(Protocol&) {}

  virtual void writeOwned(std::string bytes) = 0;
};

/// A handle to a Transport: never null, safe to keep for ever, 8 bytes.
///
/// Threads: copies may be made, moved and dropped on any thread, for instance in a lambda that goes
/// to a thread pool and comes back by Reactor::callFromThread(). Call the methods of the transport
/// on the reactor's thread only; otherwise a debug build of the library (NDEBUG not defined) aborts
/// with a message.
class TransportRef {
 public:
  /// A transport that was never connected: every method does nothing.
  TransportRef() noexcept;
  explicit TransportRef(Transport& transport) noexcept : transport_(&transport) {}

  Transport* operator->() const noexcept { return transport_.get(); }
  Transport& operator*() const noexcept { return *transport_; }

 private:
  detail::Ref<Transport> transport_;
};

}  // namespace ropewalk
