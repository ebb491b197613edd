#pragma once

#include <cstdint>
#include <memory>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "ropewalk/factory.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// Gives the connection a protocol of `factory` and starts it. False, and it is closed, if the
// factory refuses it (PT12) or throws, which is logged.
bool startAccepted(ReactorCore& core, std::unique_ptr<Channel> channel,
                   const std::shared_ptr<Factory>& factory, const Ref<ConnectionMaker>& maker,
                   std::uint32_t session) noexcept;

// The same from the event loop, for a connection that somebody else has opened.
void startAdopted(ReactorCore& core, std::unique_ptr<Channel> channel,
                  std::shared_ptr<Factory> factory, const ConnectionLimits& limits);

}  // namespace ropewalk::detail
