#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "ropewalk/reactor_time.h"

namespace ropewalk::sim {

/// How bytes are cut on their way through a simulated kernel.
///
/// TCP promises an order, not the pieces: a program that works for every cut here works.
struct Segmentation {
  /// One receive gives at most so many bytes, one send takes at most so many. At least 1.
  std::size_t maxReceive = std::numeric_limits<std::size_t>::max();
  std::size_t maxSend = std::numeric_limits<std::size_t>::max();

  /// On: each receive and each send moves a random number of bytes, from 1 to what it could.
  bool random = false;
};

/// How long a packet is on its way from one host to another. Duration::max(): it never arrives, and
/// neither does what comes behind it on the same connection.
struct Delay {
  Duration fixed = Duration::zero();

  /// Up to so much more, drawn for each packet. Packets of one connection stay in order.
  Duration jitter = Duration::zero();
};

/// What a firewall does to those who want to connect to a port.
enum class Firewall {
  Open,
  Refuse,  ///< they get a refusal, as from a port that does not listen
  Drop,    ///< they get no answer, retry for two minutes, and then time out
};

/// What the simulated kernels keep for each connection opened from now on, in bytes.
struct Buffers {
  std::size_t send = 128 * 1024;
  std::size_t receive = 128 * 1024;
};

}  // namespace ropewalk::sim
