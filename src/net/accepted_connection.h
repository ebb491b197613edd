#pragma once

#include <cstdint>
#include <memory>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "ropewalk/factory.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// Builds a protocol for the connection with `factory` and starts it. Returns false and closes it if
// the factory refuses (PT12) or throws; an exception is logged.
bool startAccepted(ReactorCore& core, std::unique_ptr<Channel> channel,
                   const std::shared_ptr<Factory>& factory, const Ref<ConnectionMaker>& maker,
                   std::uint32_t session) noexcept;

// The same, from the event loop, for a connection that other code has opened.
void startAdopted(ReactorCore& core, std::unique_ptr<Channel> channel,
                  std::shared_ptr<Factory> factory, const ConnectionLimits& limits);

}  // namespace ropewalk::detail
