#pragma once

#include <memory>
#include <string>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "reactor/resident.h"
#include "ropewalk/connector.h"
#include "ropewalk/factory.h"
#include "ropewalk/listen_options.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// One TCP connection that we open, the attempt and what follows. Lives in the reactor while it has
// something to do.
class TcpConnector final : public Connector,
                           public Resident,
                           private ChannelOwner,
                           public std::enable_shared_from_this<TcpConnector> {
 public:
  // Throws InvalidAddressError for a bad ConnectOptions::bindHost.
  TcpConnector(ReactorCore& core, const Address& destination,
               std::shared_ptr<ClientFactory> factory, const ConnectOptions& options);
  ~TcpConnector() override;

  void connect() override;
  void stopConnecting() override;
  void disconnect() override;
  Address getDestination() const override { return destination_; }
  State state() const override { return state_; }

  void drain() noexcept override;
  void reactorStopped() noexcept override;

 private:
  // What the connection knows of its connector; keeps it.
  class Made;

  void readReady() noexcept override {}
  void writeReady() noexcept override;
  void broken(int error) noexcept override;
  void begin() noexcept;
  void connected() noexcept;
  void lost(const Failure& why) noexcept;
  void failLater(Failure why) noexcept;
  void fail(const Failure& why) noexcept;
  void idle() noexcept;
  Failure failureOf(int error, bool binding) const;

  ReactorCore& core_;
  Address destination_;
  Address bind_;
  std::shared_ptr<ClientFactory> factory_;
  ConnectOptions options_;
  std::unique_ptr<Channel> channel_;  // while connecting
  Ref<Connection> connection_;        // while connected
  DelayedCall deadline_;
  DelayedCall failing_;
  State state_ = State::Disconnected;
  bool started_ = false;  // the factory
};

}  // namespace ropewalk::detail
