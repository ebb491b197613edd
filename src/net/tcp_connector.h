#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/address_race.h"
#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "reactor/resident.h"
#include "ropewalk/connector.h"
#include "ropewalk/factory.h"
#include "ropewalk/listen_options.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// One outgoing TCP connection and the attempt to open it: looks up the name, races its addresses
// and gives the winner a protocol. The reactor keeps it while it has work to do.
class TcpConnector final : public Connector,
                           public Resident,
                           private LookupOwner,
                           private RaceOwner {
 public:
  // `host` is an address literal or a name. Throws InvalidAddressError for a bad port or
  // ConnectOptions::bindHost.
  TcpConnector(ReactorCore& core, std::string_view host, int port,
               std::shared_ptr<ClientFactory> factory, const ConnectOptions& options);
  ~TcpConnector() override;

  void connect() override;
  void stopConnecting() override;
  void disconnect() override;
  Address getDestination() const override { return destination_; }
  State state() const override { return state_; }
  Reactor& reactor() const override { return core_.reactor(); }

  void drain() noexcept override;
  void reactorStopped() noexcept override;
  void abandon() noexcept override { race_.reset(); }

 private:
  // The maker of its connection; keeps the connector alive.
  class Made;

  std::shared_ptr<TcpConnector> self() {
    return std::static_pointer_cast<TcpConnector>(shared_from_this());
  }
  void begin();
  void lookedUp(sys::NameAnswer answer) noexcept override;
  void race(const std::vector<Address>& addresses);
  void raceWon(std::unique_ptr<Channel> channel, const Address& peer) noexcept override;
  void raceLost(const Failure& why) noexcept override { failLater(why); }
  void connected(std::unique_ptr<Channel> channel) noexcept;
  void lost(const Failure& why) noexcept;
  void failLater(Failure why) noexcept;
  void fail(const Failure& why) noexcept;
  void letFactoryGo() noexcept;
  void idle() noexcept;
  void timeIsOver() noexcept;
  Failure tookTooLong() const noexcept;
  Failure buildingThrew(const Failure& thrown) noexcept;
  template <typename Step>
  void guarded(const Step& step) noexcept;

  ReactorCore& core_;
  const std::string name_;  // empty if the host was an address
  const std::uint16_t port_;
  Address destination_;       // for a name: none until it is connected
  const std::string target_;  // for messages
  Address bind_;
  std::shared_ptr<ClientFactory> factory_;
  ConnectOptions options_;
  std::unique_ptr<Lookup> lookup_;     // while the name is looked up
  std::unique_ptr<AddressRace> race_;  // while connecting
  Ref<Connection> connection_;         // while connected
  DelayedCall deadline_;
  Failure failing_;  // the known reason, until the event loop reports it
  State state_ = State::Disconnected;
  std::uint64_t attempts_ = 0;
  bool started_ = false;  // startFactory() was called
  bool starting_ = false;
  bool leaving_ = false;  // disconnect() was called while the protocol was built
};

}  // namespace ropewalk::detail
