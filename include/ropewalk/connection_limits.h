#pragma once

#include <cstddef>

#include "ropewalk/reactor_time.h"

namespace ropewalk {

/// What one connection may hold and how long it may take; all on by default but maxQueued.
///
/// Sizes are bytes that wait until the kernel takes them.
struct ConnectionLimits {
  /// Above this a push producer is paused, and reading from the connection stops as long as
  /// Transport::setReadWhileBlocked() is off.
  std::size_t writeHighWater = 64 * 1024;

  /// At or under this both go on.
  std::size_t writeLowWater = 16 * 1024;

  /// A write() that finds more than this waiting, files not counted, aborts the connection with
  /// WriteQueueFull; any other is taken whole, whatever its size. 0: no cap. Else have
  /// writeHighWater well under it: a push producer, and who awaits drained(), waits above the high
  /// water only. (The streamed answers of HTTP see to that themselves.)
  std::size_t maxQueued = 0;

  /// While something waits to be sent, the peer acknowledges nothing for this long: the connection
  /// is aborted. A peer that takes little, but takes it, is not. What the kernel has taken over it
  /// gives up after 2 min, or after this long if that is longer.
  Duration writeStall = 30s;

  /// The same from loseConnection() on.
  Duration closeDeadline = 10s;

  /// After the flush, how long and how much is read and thrown away until the peer has finished
  /// too: closing on unread bytes would make a reset that destroys what was just sent.
  Duration linger = 2s;
  std::size_t lingerBytes = 64 * 1024;
};

}  // namespace ropewalk
