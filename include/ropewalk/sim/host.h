#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/address.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/protocol.h"
#include "ropewalk/reactor.h"
#include "ropewalk/sim/conditions.h"
#include "ropewalk/unique_function.h"

namespace ropewalk::detail {
class SimDriver;
class SimHost;
}  // namespace ropewalk::detail

namespace ropewalk::sim {

class World;

/// One machine of a World: a name, addresses, and a Reactor of its own.
///
///   world.host("server").run([] { reactor().listenTCP(8001, chatFactory()); });
///   auto talker = world.host("client").connect<Recorder>("server", 8001);
///
/// Ownership: the World's, for as long as that lives.
class Host {
 public:
  Host(World& world, detail::SimHost& machine);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Stops: every connection that is still open gets connectionLost() with ConnectionLost.
  ~Host();

  const std::string& name() const noexcept;

  /// 10.0.0.n for the n-th host of the world, with `port`. It has fd00::n too.
  Address address(int port = 0) const;

  /// The reactor of this host. It runs: from the first use on, until it is told to stop; and again
  /// from the next use on. Another one after powerOn(). Throws Error once its World, which is being
  /// destroyed, has stopped it.
  Reactor& reactor();

  /// Calls `call` as a program on this host would be called: reactor() is this host's. Returns what
  /// `call` returns, and lets out what it throws.
  ///
  /// What it has started happens when the World's time is moved.
  template <typename Callable>
  decltype(auto) run(Callable&& call) {
    const CurrentReactor current(reactor());
    return std::forward<Callable>(call)();
  }

  /// Opens a connection from here to `port` of the host called `to` (or at that address literal),
  /// spoken by a new `P(arguments...)`.
  ///
  /// The protocol is there at once; its connectionMade() comes when the World's time is moved. If
  /// no connection is made, `P::connectFailed(const Failure&)` is called if there is such a method
  /// (a Recorder has it), else that is logged. Throws UnknownHostError if the World has no host of
  /// that name.
  template <typename P, typename... Arguments>
  std::shared_ptr<P> connect(std::string_view to, int port, Arguments&&... arguments) {
    return run([&] {
      auto protocol = std::make_shared<P>(std::forward<Arguments>(arguments)...);
      UniqueFunction<void(const Failure&)> failed;
      if constexpr (requires(const Failure& why) { protocol->connectFailed(why); }) {
        failed = [protocol](const Failure& why) { protocol->connectFailed(why); };
      }
      connectProtocol(to, port, protocol, std::move(failed));
      return protocol;
    });
  }

  /// Stands still, as a laptop that is shut: its programs get no turn, and what is sent to it
  /// waits. resume() lets it go on where it was, with everything that was due meanwhile. Only time
  /// has passed.
  void suspend();
  void resume();

  /// Cuts the power: the host's programs stop at once, its peers are not notified, and packets sent
  /// to it get no answer. Does nothing if it is off already.
  ///
  /// Its protocols get connectionLost() with ConnectionLost when its memory is destroyed: in
  /// powerOn(), or with the World. Nothing that they send then leaves the host.
  /// Until powerOn(), run(), reactor() and connect() throw Error.
  void powerOff();

  /// Starts the host with an empty memory and a new reactor: it has no listening port, and peers
  /// that send on old connections get a reset. Does nothing if it is on. Throws Error from inside a
  /// callback.
  void powerOn();

  /// What happens to those who want to connect to `port` of this host from now on; connections that
  /// are there stay.
  void setFirewall(int port, Firewall rule);

  /// How many descriptors this host has from now on: one more fails with EMFILE; those that are
  /// open stay. 65 536 unless set; the reactor reads it when it is made, for its own limit on
  /// connections.
  void setDescriptorLimit(std::size_t limit);

  /// Descriptors in use: ports that listen, and connections.
  std::size_t descriptors() const;

 private:
  friend class World;

  void endReactor();
  void leave();
  static Error gone();
  void drain();
  bool isActive() const noexcept;
  bool isServer() const;
  void endSleeps();
  void addPorts(std::string& text) const;
  void addLeftovers(std::string& text) const;
  void connectProtocol(std::string_view to, int port, std::shared_ptr<Protocol> protocol,
                       UniqueFunction<void(const Failure&)> failed);

  World& world_;
  detail::SimHost& machine_;
  std::unique_ptr<Reactor> reactor_;
  detail::SimDriver* driver_ = nullptr;  // the reactor's
  bool isGone_ = false;                  // with its World, which is being destroyed
};

}  // namespace ropewalk::sim
