#pragma once

#include <string_view>

#include "ropewalk/protocol.h"

namespace ropewalk::echo {

/// Sends back whatever comes (rule PO8).
///
///   reactor().listenTCP(7, Factory::forProtocol<echo::Echo>());
///
/// Limits: a peer that sends and does not read is not read from either, once 64 KiB of the answer
/// wait (Transport::setReadWhileBlocked()): it cannot make the server hold more.
class Echo : public Protocol {
 public:
  void dataReceived(std::string_view data) override;
};

}  // namespace ropewalk::echo
