#pragma once

#include <memory>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/factory.h"

namespace ropewalk::detail {

// Gives a connection that somebody else has opened a protocol of `factory`, from the event loop.
void startAdopted(ReactorCore& core, std::unique_ptr<Channel> channel,
                  std::shared_ptr<Factory> factory, const ConnectionLimits& limits);

}  // namespace ropewalk::detail
