#pragma once

#include <cstddef>

#include "ropewalk/reactor_time.h"

namespace ropewalk {

/// Limits on the memory and time that one connection uses. All are on by default.
///
/// Sizes are bytes of output that the kernel has not taken yet. A time limit is kept within 10 %,
/// or within 250 ms if that is more. memory_budget.h bounds the sum over all connections.
struct ConnectionLimits {
  /// Above this a push producer is paused, and reading may stop: see
  /// Transport::setReadWhileBlocked() and isBlocked().
  std::size_t writeHighWater = 64 * 1024;

  /// At or below this, both resume.
  std::size_t writeLowWater = 16 * 1024;

  /// A write() while more than this is queued aborts the connection with WriteQueueFull. Files do
  /// not count. Any other write() is accepted whole, whatever its size. 0: no cap.
  ///
  /// The cap is for output that does not wait for room, such as the messages of a publisher. Set it
  /// to the memory that one slow peer may use, and to at least several of the largest messages.
  /// Producers and code that awaits Transport::drained() stop at writeHighWater; keep that well
  /// below the cap.
  std::size_t maxQueued = 64 * 1024 * 1024;

  /// Aborts when data is queued and the peer acknowledges none of it for this long. Slow progress
  /// is fine. For data that the kernel has taken, the kernel gives up after 2 min, or after this
  /// long if that is longer.
  Duration writeStall = 30s;

  /// Replaces writeStall after loseConnection(), once no producer is registered.
  Duration closeDeadline = 10s;

  /// After the flush, input is read and discarded until the peer has finished too, for at most this
  /// long and this many bytes. A close with unread input would make the kernel send a reset, which
  /// destroys output that the peer has not read.
  Duration linger = 2s;
  std::size_t lingerBytes = 64 * 1024;

  /// With Linger::WhileSending, which HTTP uses after its last answer, these two replace linger and
  /// lingerBytes: input of any size is discarded until none has arrived for lingerGap, for at most
  /// longLinger.
  Duration lingerGap = 5s;
  Duration longLinger = 30s;
};

}  // namespace ropewalk
