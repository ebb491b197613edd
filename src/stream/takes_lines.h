#pragma once

#include "ropewalk/transport.h"

namespace ropewalk::detail {

// True while the lines of a protocol are delivered: its connection is not disconnecting, or it
// never had one, as in a test that calls dataReceived() itself.
inline bool takesLines(const TransportRef& transport) {
  return !transport->isDisconnecting() || &*transport == &*TransportRef();
}

}  // namespace ropewalk::detail
