#pragma once

#include <string_view>

#include "ropewalk/protocol.h"

namespace ropewalk::echo {

/// Sends back all bytes that it receives.
///
///   reactor().listenTCP(7, Factory::forProtocol<echo::Echo>());
///
/// Limits: a server stops reading from a peer once 64 KiB of its echo are unsent
/// (Transport::setReadWhileBlocked()), so a peer that does not read cannot make it hold more.
class Echo : public Protocol {
 public:
  void dataReceived(std::string_view data) override;
};

}  // namespace ropewalk::echo
