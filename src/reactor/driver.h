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

// Whoever accepts from an acceptor; called when a connection may be waiting.
class AcceptorOwner {
 public:
  virtual void acceptReady() noexcept = 0;

 protected:
  ~AcceptorOwner() = default;
};

// What an accept gave: a channel, or null and the errno (EAGAIN when nobody waits).
struct Accepted {
  std::unique_ptr<Channel> channel;
  int error = 0;
};

// One listening socket. Starts without interest. Destroying it closes it.
class Acceptor {
 public:
  Acceptor() = default;
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  virtual ~Acceptor() = default;

  virtual void setOwner(AcceptorOwner& owner) = 0;
  // False if there is no memory to.
  virtual bool setAccepting(bool on) = 0;
  virtual Accepted accept() = 0;

  // Out of descriptors: takes one waiting connection with a descriptor kept for this, and closes
  // it, so that the peer is told instead of left waiting. False if nobody waits or it cannot.
  virtual bool shed() = 0;

  virtual Address host() const = 0;
};

// What an attempt to listen gave: an acceptor, or null and the errno.
struct Listening {
  std::unique_ptr<Acceptor> acceptor;
  int error = 0;
};

// What an attempt to connect gave: a channel that is connecting (its owner hears writeReady() when
// that is decided), or null and the errno. `binding` is true if it was the local address that
// failed.
struct Connecting {
  std::unique_ptr<Channel> channel;
  int error = 0;
  bool binding = false;
};

// Whoever looks up a name.
class LookupOwner {
 public:
  // From inside wait().
  virtual void lookedUp(sys::NameAnswer found) noexcept = 0;

 protected:
  ~LookupOwner() = default;
};

// A name that is being looked up. To destroy it is to cancel: the owner is not called any more.
class Lookup {
 public:
  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  virtual ~Lookup() = default;
};

// Whoever watches a descriptor that is not ours.
class WatchOwner {
 public:
  virtual void readReady() noexcept = 0;
  virtual void writeReady() noexcept = 0;

  // It was closed underneath.
  virtual void wentAway() noexcept = 0;

 protected:
  ~WatchOwner() = default;
};

// One descriptor that somebody else owns. Its owner may destroy it from inside a call.
class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  virtual ~Watch() = default;

  // Nothing, Read, Write, or both. Returns 0 or the errno.
  virtual int setInterest(Interest interest) noexcept = 0;

  // False once the descriptor was closed.
  virtual bool isOpen() const noexcept = 0;
};

// Whoever hears of signals and of wake-ups.
class DriverOwner {
 public:
  // On the reactor's thread, from inside wait().
  virtual void signalled(int signal) noexcept = 0;

 protected:
  ~DriverOwner() = default;
};

// What differs between the real world and the simulated one; all that the reactor promises is above
// it.
//
// Threads: the reactor's thread, but for wake().
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  virtual void setOwner(DriverOwner& owner) = 0;

  // The monotonic clock.
  virtual TimePoint now() const = 0;

  // wait() returns no later than `when`; TimePoint::max() for no alarm. It may return earlier, at
  // an alarm that was set before.
  virtual void setAlarm(TimePoint when) = 0;

  // Calls the owners of what is ready, each channel at most once. With `block`, first waits until
  // something is ready, wake() was called, or the alarm is due. False if nothing can ever happen
  // any more (a simulated world that has run out of events); the libevent driver never says so.
  virtual bool wait(bool block) = 0;

  // Makes the wait() that runs, or else the next one, return soon. Any thread.
  virtual void wake() noexcept = 0;

  // SIGINT and SIGTERM go to the owner as long as this is on, unless the program or another reactor
  // handles them; off restores what was there before.
  virtual void catchStopSignals(bool on) = 0;

  // The same for one signal, whoever handles it now. Throws Error if another reactor catches any.
  virtual void catchSignal(int signal, bool on) = 0;

  // In a child process: replaces the descriptors that are shared with the parent. The driver can be
  // used again afterwards.
  virtual void afterFork() = 0;

  // False in a child process before afterFork(): the descriptors of the driver and its channels are
  // shared with the parent. Then the only system call on them is close(2), when they are destroyed;
  // methods that need another throw Error.
  virtual bool isOurs() const noexcept { return true; }
  void requireOurs() const;

  // In a child, from inside fork(): ends a wait() whose callback has forked, and restores the
  // signals' dispositions.
  virtual void forkedInChild() noexcept {}

  // In a child: closes the descriptors and frees nothing. The driver is not used afterwards.
  virtual void abandon() noexcept {}

  virtual Listening listen(const Address& host, const ListenOptions& options) = 0;
  // From `bind`; of no family: any address, at its port if that is not 0.
  virtual Connecting connect(const Address& peer, const Address& bind,
                             const ConnectOptions& options) = 0;

  // A socket that somebody else has opened, and that stays theirs: one that listens, or one that is
  // connected. EINVAL if it is another kind.
  virtual Listening adoptPort(int fd, const ListenOptions& options) = 0;
  virtual Connecting adoptConnection(int fd, const ConnectionLimits& limits) = 0;

  // Answers later, from inside wait(), or never: there is no deadline. `owner` must outlive what
  // this returns.
  virtual std::unique_ptr<Lookup> lookUp(const std::string& name, LookupOwner& owner) = 0;

  // The same at once, however long it takes.
  virtual sys::NameAnswer lookUpNow(const std::string& name) = 0;

  // `owner` must outlive what this returns. Throws Error if there are no such descriptors.
  virtual std::unique_ptr<Watch> watch(int fd, WatchOwner& owner) = 0;

  // How many descriptors the process may have open, and how many the library has open.
  virtual std::size_t descriptorLimit() const = 0;
  virtual std::size_t openDescriptors() const = 0;

  // True if this reactor has the process's memory and time, not simulated ones.
  virtual bool isReal() const noexcept { return false; }

  // All randomness of a reactor comes from here, so that a simulated run can be repeated.
  virtual void randomBytes(std::span<std::uint8_t> bytes) = 0;
};

// The driver of the product, on the backend called epoll, poll or select. Throws Error if there is
// none, or if the kernel refuses.
std::unique_ptr<Driver> makeLibeventDriver(std::string_view backend);

}  // namespace ropewalk::detail
