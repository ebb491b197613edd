#pragma once

#include "ropewalk/transport.h"

namespace ropewalk::detail {

// True while lines are delivered: the connection is not disconnecting, or there never was one, as
// in a test that calls dataReceived() itself.
inline bool takesLines(const TransportRef& transport) {
  return !transport->isDisconnecting() || &*transport == &*TransportRef();
}

}  // namespace ropewalk::detail
