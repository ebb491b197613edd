#pragma once

#include <cstddef>

#include "reactor/reactor_core.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/failure.h"
#include "ropewalk/listen_options.h"
#include "transport/connection.h"
#include "transport/idle_connections.h"

namespace ropewalk::detail {

class TcpPort;

// Counts the open connections of a port, and decides whether there is room for more. It outlives
// the port while one of them is open.
class PortConnections final : public ConnectionMaker {
 public:
  PortConnections(TcpPort& port, ReactorCore& core, const ListenOptions& options);

  void portIsGone() noexcept { port_ = nullptr; }

  // add(): a connection was accepted. remove(): its factory then refused it.
  void add() noexcept { ++open_; }
  void remove() noexcept { --open_; }

  // True once the port's own limit or the process's descriptor limit is reached.
  bool isFull() noexcept { return hasMost() || core_.descriptorsAreUsedUp(); }

  // If it is full, closes the longest idle connections until it is not, and logs at most once a
  // minute that it is full. False if too few are idle. REQUIRES: the port exists; called from the
  // event loop.
  bool makeRoom() noexcept;

  void connectionEnded(const Failure& why) noexcept override;
  const ConnectionLimits& limits() const noexcept override { return limits_; }
  IdleConnections* idleGroup() noexcept override { return most_ == 0 ? nullptr : &idle_; }

 private:
  bool hasMost() const noexcept { return most_ != 0 && open_ >= most_; }
  void logFull(bool hadMost, bool madeRoom) noexcept;

  TcpPort* port_;
  ReactorCore& core_;
  const ConnectionLimits limits_;
  const std::size_t most_;  // ListenOptions::maxConnections
  std::size_t open_ = 0;
  IdleConnections idle_;
  TimePoint quietUntil_;  // logFull() does nothing before this
};

}  // namespace ropewalk::detail
