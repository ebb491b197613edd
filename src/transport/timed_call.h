#pragma once

#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "ropewalk/transport.h"

namespace ropewalk::detail {

// Runs a call that the protocol of this connection has timed. An exception from it is logged and
// ends the connection.
template <typename Call>
void runTimedCall(const TransportRef& transport, Call& call) {
  const LogContext named(*transport);
  try {
    call();
  } catch (...) {
    const Failure thrown = Failure::current();
    logError("a timed call threw {}: {}", thrown.typeName(), thrown);
    transport->loseConnection(thrown);
  }
}

}  // namespace ropewalk::detail
