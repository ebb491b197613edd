#pragma once

#include <cstdint>
#include <memory>

#include "net/port_connections.h"
#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "reactor/resident.h"
#include "ropewalk/factory.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/listening_port.h"
#include "transport/deadline_wheel.h"

namespace ropewalk::detail {

// A listening TCP port. Accepts a few connections each time the socket is ready, and gives each a
// protocol. When a limit is reached (its own or the process's descriptors), it closes idle
// connections to make room; if none is idle, new ones wait in the backlog.
class TcpPort final : public ListeningPort,
                      public Resident,
                      private AcceptorOwner,
                      private Deadline,
                      public std::enable_shared_from_this<TcpPort> {
 public:
  TcpPort(ReactorCore& core, const Address& address, std::shared_ptr<Factory> factory,
          const ListenOptions& options);
  ~TcpPort() override;

  // Listens for the first time, on a socket that other code opened. Throws CannotListenError.
  void startListeningOn(int fd);

  Address getHost() const override;
  void startListening() override;
  Droppable<void> stopListening() override;
  bool isListening() const override { return acceptor_ != nullptr; }

  // One of its connections has ended: accepts again if paused.
  void connectionEnded() noexcept;

  void drain() noexcept override;
  void reactorStopped() noexcept override;
  void abandon() noexcept override { acceptor_.reset(); }

 private:
  void listenWith(Listening listening);

  void acceptReady() noexcept override;
  int acceptOne() noexcept;
  void welcome(std::unique_ptr<Channel> channel) noexcept;
  bool makeRoom() noexcept;
  void backOff(int error) noexcept;
  void pauseFor(Duration pause) noexcept;
  void endPause() noexcept;
  void resume() noexcept;
  void deadlinePassed() noexcept override { resume(); }
  void close() noexcept;

  ReactorCore& core_;
  Address asked_;
  std::shared_ptr<Factory> factory_;
  ListenOptions options_;
  Ref<PortConnections> connections_;
  std::unique_ptr<Acceptor> acceptor_;
  DelayedCall resumeCall_;
  Duration nextPause_;
  TimePoint toldUntil_;    // before this, queued connections are not closed again
  TimePoint loggedUntil_;  // no further warning is logged before this
  int turnedAway_ = 0;     // since the last warning
  bool isPaused_ = false;
  std::uint32_t sessions_ = 0;
};

}  // namespace ropewalk::detail
