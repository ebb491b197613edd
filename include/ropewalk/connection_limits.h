#pragma once

#include <cstddef>

#include "ropewalk/reactor_time.h"

namespace ropewalk {

/// What one connection may hold and how long it may take. All limits are on by default.
///
/// Sizes are bytes of output that the kernel has not taken yet. A time limit is kept within 10 %,
/// or within 250 ms if that is more. What all connections may hold together: memory_budget.h.
struct ConnectionLimits {
  /// Above this a push producer is paused, and reading may stop: Transport::setReadWhileBlocked()
  /// says when.
  std::size_t writeHighWater = 64 * 1024;

  /// At or below this both resume.
  std::size_t writeLowWater = 16 * 1024;

  /// A write() that finds more than this waiting aborts the connection with WriteQueueFull. Files
  /// do not count. Any other write() is taken whole, whatever its size. 0: no cap.
  ///
  /// The cap is for output that does not wait for room, such as the messages of a publisher: set it
  /// to what one slow peer may cost, and at least to several of the largest messages. Producers and
  /// code that awaits Transport::drained() stop at writeHighWater; keep that well below the cap.
  std::size_t maxQueued = 64 * 1024 * 1024;

  /// Aborts when data is queued and the peer acknowledges none of it for this long. Slow progress
  /// is fine. Data that the kernel has taken over is given up by the kernel after 2 min, or after
  /// this long if that is longer.
  Duration writeStall = 30s;

  /// Replaces writeStall after loseConnection(), once no producer is registered.
  Duration closeDeadline = 10s;

  /// After the flush, input is read and discarded until the peer has finished too, for at most this
  /// long and this much: a close with unread input would make the kernel send a reset, which
  /// destroys what was just sent.
  Duration linger = 2s;
  std::size_t lingerBytes = 64 * 1024;

  /// With Linger::WhileSending, which HTTP uses after its last answer, these two replace linger and
  /// lingerBytes: input is discarded, whatever its size, until none has arrived for lingerGap, and
  /// for at most longLinger.
  Duration lingerGap = 5s;
  Duration longLinger = 30s;
};

}  // namespace ropewalk
