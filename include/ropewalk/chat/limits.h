#pragma once

#include <cstddef>

#include "ropewalk/connection_limits.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::chat {

/// Limits on what one member of a room may send and hold, and on its time. All are on by default.
struct Limits {
  /// Bytes of one line without its end. A member that sends a longer one is notified and
  /// disconnected.
  std::size_t line = 1024;

  /// Bytes of a name.
  std::size_t name = 32;

  /// The time from the connection to an accepted name, however many names are refused meanwhile.
  Duration nameTime = 60s;

  /// How many lines, commands and names included, may come at once (at least 1), and the time after
  /// which one more may come. A member that exceeds this is read from only at that pace, and is
  /// warned the first time.
  std::size_t burst = 5;
  Duration pace = 500ms;

  /// A member that exceeds the pace for this long without a rest is disconnected.
  Duration floodTime = 5min;

  /// The most names that /who lists; if there are more, it adds their number.
  std::size_t namesListed = 100;

  /// The limits of each member's connection, instead of the port's. A member so slow that
  /// `maxQueued` bytes are queued for it is dropped.
  ConnectionLimits connection = {.maxQueued = 256 * 1024};
};

}  // namespace ropewalk::chat
