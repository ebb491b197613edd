#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ropewalk/address.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/reactor_time.h"
#include "sys/host_names.h"
#include "transport/channel.h"

namespace ropewalk::detail {

// The owner of an acceptor; is called when a connection may be waiting.
class AcceptorOwner {
 public:
  virtual void acceptReady() noexcept = 0;

 protected:
  ~AcceptorOwner() = default;
};

// The result of an accept: a channel, or null and the errno (EAGAIN if no connection waits).
struct Accepted {
  std::unique_ptr<Channel> channel;
  int error = 0;
};

// One listening socket. Reports nothing before setAccepting(true). Destroying it closes it.
class Acceptor {
 public:
  Acceptor() = default;
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  virtual ~Acceptor() = default;

  virtual void setOwner(AcceptorOwner& owner) = 0;
  // False if there is not enough memory.
  virtual bool setAccepting(bool on) = 0;
  virtual Accepted accept() = 0;

  // Out of descriptors: uses a reserve one to accept and close a waiting connection, so that its
  // peer sees the close instead of a timeout. False if none waits or this fails.
  virtual bool shed() = 0;

  virtual Address host() const = 0;
};

// The result of an attempt to listen: an acceptor, or null and the errno.
struct Listening {
  std::unique_ptr<Acceptor> acceptor;
  int error = 0;
};

// The result of an attempt to connect: a channel that is connecting (it calls writeReady() on its
// owner when the connect succeeds or fails), or null and the errno. `binding` is true if the local
// address was at fault.
struct Connecting {
  std::unique_ptr<Channel> channel;
  int error = 0;
  bool binding = false;
};

// The owner of a name lookup.
class LookupOwner {
 public:
  // Called from inside wait().
  virtual void lookedUp(sys::NameAnswer found) noexcept = 0;

 protected:
  ~LookupOwner() = default;
};

// A name lookup in progress. Destroying it cancels it: its owner is not called any more.
class Lookup {
 public:
  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  virtual ~Lookup() = default;
};

// The owner of a watch.
class WatchOwner {
 public:
  virtual void readReady() noexcept = 0;
  virtual void writeReady() noexcept = 0;

  // Other code closed the descriptor.
  virtual void wentAway() noexcept = 0;

 protected:
  ~WatchOwner() = default;
};

// Watches one descriptor that other code owns. The owner may destroy the watch from inside a call.
class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  virtual ~Watch() = default;

  // `interest`: Nothing, Read, Write, or both of these. Returns 0 or the errno.
  virtual int setInterest(Interest interest) noexcept = 0;

  // False once the descriptor is closed.
  virtual bool isOpen() const noexcept = 0;
};

// Is notified of signals and of wake-ups.
class DriverOwner {
 public:
  // Called on the reactor's thread, from inside wait().
  virtual void signalled(int signal) noexcept = 0;

 protected:
  ~DriverOwner() = default;
};

// The difference between the real world and the simulated one. All guarantees of the reactor are
// implemented above it.
//
// Threads: the reactor's thread, except for wake().
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  virtual void setOwner(DriverOwner& owner) = 0;

  // The monotonic clock.
  virtual TimePoint now() const = 0;

  // Makes wait() return no later than `when`; TimePoint::max() means no alarm. wait() may return
  // earlier, for an alarm that was set before.
  virtual void setAlarm(TimePoint when) = 0;

  // Calls the owner of each ready object, at most once per channel. With `block`, first waits until
  // one is ready, wake() was called, or the alarm is due. False if nothing can ever happen again (a
  // simulated world without further events); the libevent driver never returns it.
  virtual bool wait(bool block) = 0;

  // Makes the current wait(), or else the next one, return soon. Any thread.
  virtual void wake() noexcept = 0;

  // While on, reports SIGINT and SIGTERM to the owner, unless the program or another reactor
  // handles them. Off restores the previous handlers.
  virtual void catchStopSignals(bool on) = 0;

  // The same for one signal, replacing its handler. Throws Error if another reactor catches any.
  virtual void catchSignal(int signal, bool on) = 0;

  // In a child process: replaces the descriptors that are shared with the parent. The driver can be
  // used again afterwards.
  virtual void afterFork() = 0;

  // False in a child process before afterFork(), when the descriptors of the driver and its
  // channels are shared with the parent. Then close(2), in the destructors, is the only system call
  // made on them; methods that need another one throw Error.
  virtual bool isOurs() const noexcept { return true; }
  void requireOurs() const;

  // In a child, from inside fork(): ends a wait() whose callback has forked, and restores the
  // signals' dispositions.
  virtual void forkedInChild() noexcept {}

  // In a child: closes the descriptors and frees nothing. Must not be used afterwards.
  virtual void abandon() noexcept {}

  virtual Listening listen(const Address& host, const ListenOptions& options) = 0;
  // Connects from `bind`. If its family is None: from any address, at its port if that is not 0.
  virtual Connecting connect(const Address& peer, const Address& bind,
                             const ConnectOptions& options) = 0;

  // Adopts a socket that other code has opened and keeps: one that listens, or one that is
  // connected. EINVAL if it is of another kind.
  virtual Listening adoptPort(int fd, const ListenOptions& options) = 0;
  virtual Connecting adoptConnection(int fd, const ConnectionLimits& limits) = 0;

  // Answers later, from inside wait(), or never: there is no deadline. `owner` must outlive the
  // lookup.
  virtual std::unique_ptr<Lookup> lookUp(const std::string& name, LookupOwner& owner) = 0;

  // The same, but blocks until the answer is there.
  virtual sys::NameAnswer lookUpNow(const std::string& name) = 0;

  // `owner` must outlive the watch. Throws Error if the driver cannot watch descriptors.
  virtual std::unique_ptr<Watch> watch(int fd, WatchOwner& owner) = 0;

  // The number of descriptors that the process may open, and that the library has open.
  virtual std::size_t descriptorLimit() const = 0;
  virtual std::size_t openDescriptors() const = 0;

  // True if this reactor uses the process's memory and time, not simulated ones.
  virtual bool isReal() const noexcept { return false; }

  // The source of all randomness of a reactor, so that a simulated run can be repeated.
  virtual void randomBytes(std::span<std::uint8_t> bytes) = 0;
};

// Makes the driver for the real world, on the backend `epoll`, `poll` or `select`. Throws Error for
// another name, or if the kernel refuses.
std::unique_ptr<Driver> makeLibeventDriver(std::string_view backend);

}  // namespace ropewalk::detail
