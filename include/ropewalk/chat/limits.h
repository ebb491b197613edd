#pragma once

#include <cstddef>

#include "ropewalk/connection_limits.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::chat {

/// What one member of a room may send and hold, and how long it may take; all on by default.
struct Limits {
  /// Bytes of one line without its end. A member that sends a longer one is told so and
  /// disconnected.
  std::size_t line = 1024;

  /// Bytes of a name.
  std::size_t name = 32;

  /// From the connection to a name that is accepted, however many are refused meanwhile.
  Duration nameTime = 60s;

  /// Lines, commands and names included, that may come at once (at least 1), and how long one more
  /// takes to be earned. Above that the member is read from no faster than it earns, and is warned
  /// the first time.
  std::size_t burst = 5;
  Duration pace = 500ms;

  /// Above the pace without a rest for this long: the member is hung up on.
  Duration floodTime = 5min;

  /// Names that /who lists; of more it tells the number.
  std::size_t namesListed = 100;

  /// Each member's connection, in place of what the port says. A member that is so slow that
  /// `maxQueued` bytes wait for it is dropped.
  ConnectionLimits connection = {.maxQueued = 256 * 1024};
};

}  // namespace ropewalk::chat
