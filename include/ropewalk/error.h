#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

class Failure;

/// The base of all exceptions that Ropewalk throws or reports.
///
/// what() is one line of our own text, with nothing appended: the operation, its object and the
/// cause. code() is the system's error if there was one, otherwise empty (`!error.code()`).
///
/// The names and the hierarchy are Twisted's:
///
///   ConnectionClosed           a connection ended
///     ConnectionDone           ... in good order
///     ConnectionLost           ... because something broke
///       ConnectionAborted      ... because we called abortConnection()
///         WriteQueueFull       ... or because too much output was queued
///         MemoryBudgetExceeded ... or because the process was over its memory budget
///   ConnectError               a connection could not be made
///     ConnectBindError  UnknownHostError  NoRouteError  ConnectionRefusedError
///     TCPTimedOutError (the kernel gave up)  ServiceNameUnknownError
///     UserError                ... because our side stopped trying
///       TimeoutError           ... because it took too long
///   BindError                  a local address could not be taken
///     CannotListenError
///   CancelledError             a Deferred was cancelled
///   DeferredTimeoutError       a Deferred timed out: Twisted's defer.TimeoutError
///   PeerTimeoutError           the peer took longer than the protocol allows
///
/// The others derive from Error itself and report wrong use. Two of them have similar names, as in
/// Twisted: AlreadyCalledError is about a Promise, AlreadyCalled about a DelayedCall.
///
/// Threads: a value; copies share the text.
class Error : public std::system_error {
 public:
  explicit Error(const std::string& text, std::error_code code = {});
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;

  const char* what() const noexcept override { return text_.what(); }

 private:
  // A runtime_error because it shares its text between copies, so that copying cannot throw.
  std::runtime_error text_;
};

class ConnectionClosed : public Error {
 public:
  using Error::Error;
};

/// The connection was closed in good order, by the peer or by us.
class ConnectionDone : public ConnectionClosed {
 public:
  /// "Connection was closed cleanly."
  ConnectionDone();
};

/// The connection broke: a reset, a network failure, a deadline, a reactor that stopped.
class ConnectionLost : public ConnectionClosed {
 public:
  /// "Connection to the other side was lost in a non-clean fashion."
  ConnectionLost();

  /// The same followed by `: what`, the operation, and the text of `why` if there is one:
  /// "Connection to the other side was lost in a non-clean fashion: recv: Connection reset by
  /// peer."
  explicit ConnectionLost(std::string_view what, std::error_code why = {});

 protected:
  struct Whole {};
  ConnectionLost(Whole, const std::string& text) : ConnectionClosed(text) {}
};

/// The connection was dropped by our own abortConnection().
class ConnectionAborted : public ConnectionLost {
 public:
  /// "Connection was aborted locally using abortConnection()."
  ConnectionAborted();

 protected:
  using ConnectionLost::ConnectionLost;
};

/// The connection was dropped because a write() found more than ConnectionLimits::maxQueued queued:
/// the peer is too slow.
class WriteQueueFull : public ConnectionAborted {
 public:
  /// "Connection was aborted: the peer is too slow: 300000 bytes wait, the limit is 262144."
  WriteQueueFull(std::size_t waiting, std::size_t limit);
};

/// The connection was aborted because the process was over memoryBudget() and this connection held
/// more than 1 KiB of an unfinished line or read: see memory_budget.h.
class MemoryBudgetExceeded : public ConnectionAborted {
 public:
  /// "Connection was aborted: 70000000 bytes are held, the memory budget is 67108864."
  MemoryBudgetExceeded(std::size_t held, std::size_t budget);
};

/// A connection could not be made.
class ConnectError : public Error {
 public:
  using Error::Error;
};

/// The requested local address could not be bound.
class ConnectBindError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// The host name has no address.
class UnknownHostError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// There is no route to that network (ENETUNREACH).
class NoRouteError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// No server listens there (ECONNREFUSED).
class ConnectionRefusedError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// The kernel gave up waiting for an answer (ETIMEDOUT). Our own deadline is TimeoutError.
class TCPTimedOutError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// A port was given as the name of a service that this system does not know.
class ServiceNameUnknownError : public ConnectError {
 public:
  using ConnectError::ConnectError;
};

/// Our own side stopped trying to connect.
class UserError : public ConnectError {
 public:
  using ConnectError::ConnectError;

  /// "User aborted connection."
  UserError();
};

/// A connect took longer than ConnectOptions::timeout. A Deferred that takes too long fails with
/// DeferredTimeoutError.
class TimeoutError : public UserError {
 public:
  using UserError::UserError;

  /// "User timeout caused connection failure."
  TimeoutError();
};

/// A local address could not be bound.
class BindError : public Error {
 public:
  using Error::Error;
};

/// listenTCP() or a similar call could not listen.
class CannotListenError : public BindError {
 public:
  /// "Couldn't listen on 127.0.0.1:8000: [Errno 98] Address already in use."
  ///
  /// An empty `interface` reads "any"; an IPv6 one is put in brackets.
  CannotListenError(std::string_view interface, int port, std::error_code why);

  /// For a socket of the caller: "Couldn't listen on descriptor 3: [Errno 22] Invalid argument."
  CannotListenError(int descriptor, std::error_code why);

  /// The interface as given; empty for a descriptor.
  const char* interface() const noexcept { return interface_.what(); }
  int port() const noexcept { return port_; }

 private:
  std::runtime_error interface_;
  int port_;
};

/// A text that should be an address is not one, or not one of the right family.
class InvalidAddressError : public Error {
 public:
  /// "invalid address '`address`': `why`"
  InvalidAddressError(std::string_view address, std::string_view why);
};

/// A Deferred was cancelled before it had a result.
class CancelledError : public Error {
 public:
  using Error::Error;

  /// "cancelled"
  CancelledError();
};

/// A Deferred had no result before the deadline that Deferred::addTimeout() or Reactor::resolve()
/// set. A connect that takes too long fails with TimeoutError.
class DeferredTimeoutError : public Error {
 public:
  using Error::Error;

  /// "timed out"
  DeferredTimeoutError();
};

/// The peer took longer than a Timeout of the protocol, or than a read of a StreamProtocol that has
/// a time limit. Normal on an ordinary day: not logged if it ends a spawned coroutine or serve().
class PeerTimeoutError : public Error {
 public:
  using Error::Error;

  /// "The peer took too long."
  PeerTimeoutError();
};

/// A Promise was fired twice. Not to be confused with AlreadyCalled.
class AlreadyCalledError : public Error {
 public:
  using Error::Error;

  /// "this Promise has been fired before"
  AlreadyCalledError();
};

/// A Promise was dropped before it was fired: its Deferred fails with this.
class PromiseDropped : public Error {
 public:
  using Error::Error;

  /// "the Promise was dropped before it was fired"
  PromiseDropped();
};

/// A DelayedCall was cancelled, reset or delayed after it ran. Not to be confused with
/// AlreadyCalledError.
class AlreadyCalled : public Error {
 public:
  using Error::Error;

  /// "this delayed call has run already"
  AlreadyCalled();
};

/// A delayed call was changed after it was cancelled.
class AlreadyCancelled : public Error {
 public:
  using Error::Error;

  /// "this delayed call has been cancelled already"
  AlreadyCancelled();
};

/// callLater() was given a negative delay.
class NegativeDelay : public Error {
 public:
  using Error::Error;

  /// "a delay cannot be negative"
  NegativeDelay();
};

/// stop() was called on a reactor that is not running or is already stopping.
class ReactorNotRunning : public Error {
 public:
  using Error::Error;

  /// "the reactor is not running"
  ReactorNotRunning();
};

/// run() was called from inside a running reactor.
class ReactorAlreadyRunning : public Error {
 public:
  using Error::Error;

  /// "the reactor is already running"
  ReactorAlreadyRunning();
};

/// A stream was asked for a line, and a line longer than the limit arrived.
class LineTooLong : public Error {
 public:
  /// "a line of more than `limit` bytes"
  explicit LineTooLong(std::size_t limit);
};

/// There is no phase of that name.
class UnknownPhase : public Error {
 public:
  using Error::Error;
};

/// The trigger was never added, has run, or has been removed.
class UnknownTrigger : public Error {
 public:
  using Error::Error;

  /// "no such trigger"
  UnknownTrigger();
};

/// stopConnecting() was called while not connecting.
class NotConnectingError : public Error {
 public:
  using Error::Error;

  /// "not connecting"
  NotConnectingError();
};

/// Connector::connect() was called while it was connecting or connected.
class AlreadyConnecting : public Error {
 public:
  using Error::Error;

  /// "connecting or connected already"
  AlreadyConnecting();
};

/// registerProducer() was called while another producer was registered.
class ProducerAlreadyRegistered : public Error {
 public:
  using Error::Error;
};

/// Returns the failure for a connect that ended with `error` (an errno): NoRouteError for
/// ENETUNREACH, ConnectionRefusedError for ECONNREFUSED, TCPTimedOutError for ETIMEDOUT, otherwise
/// ConnectError.
///
/// `tried` names the operation, as in "connect 127.0.0.1:8000"; the system's text is appended.
Failure connectErrorFor(int error, std::string_view tried);

}  // namespace ropewalk
