#pragma once

#include <cstddef>
#include <string>

#include "ropewalk/connection_limits.h"

namespace ropewalk {

/// How a port listens. Every field has a safe default.
struct ListenOptions {
  ListenOptions() = default;
  /// For the usual case that only the interface differs: `listenTCP(8000, factory, {"127.0.0.1"})`.
  ListenOptions(std::string address) : interface(std::move(address)) {}  // NOLINT
  ListenOptions(const char* address) : interface(address) {}             // NOLINT

  /// The local address: an IPv4 or IPv6 literal, or a name; listenTCP() blocks to look up a name,
  /// and takes its first address. Empty: every IPv4 address. `::`: every IPv4 and IPv6 address of
  /// the machine on one socket.
  std::string interface;

  /// SO_REUSEPORT: other sockets with this option may listen on the same address, in this process
  /// or another one; the kernel distributes new connections among them.
  bool reusePort = false;

  /// How many connections may wait to be accepted.
  int backlog = 511;

  /// How many connections of this port may be open at once. 0: limited by descriptors only.
  ///
  /// At the limit, a connection that only waits for its peer to finish is closed, else the one that
  /// has been idle longest (Transport::setIdle()). If there is neither, new ones wait in the
  /// backlog. Logged at most once a minute.
  ///
  /// The same happens when the connections and the files being sent, of all reactors, reach
  /// RLIMIT_NOFILE less a reserve for the program's other descriptors. The reserve is max(32,
  /// RLIMIT_NOFILE / 20), but at most half of RLIMIT_NOFILE.
  std::size_t maxConnections = 0;

  /// TCP_NODELAY and SO_KEEPALIVE (first probe after 60 s, then 6 at 10 s) of accepted connections.
  bool tcpNoDelay = true;
  bool tcpKeepAlive = true;

  /// The limits of each accepted connection.
  ConnectionLimits limits;
};

/// How a connection is opened.
struct ConnectOptions {
  ConnectOptions() = default;
  explicit ConnectOptions(Duration connectTimeout) : timeout(connectTimeout) {}

  /// The time after which the attempt fails with TimeoutError.
  Duration timeout = 10s;

  /// A local address literal and port to connect from; empty and 0: the kernel chooses.
  std::string bindHost;
  int bindPort = 0;

  bool tcpNoDelay = true;
  bool tcpKeepAlive = true;
  ConnectionLimits limits;
};

}  // namespace ropewalk
