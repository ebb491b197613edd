#pragma once

#include <string_view>

#include "reactor/libevent/event_deleter.h"

namespace ropewalk::detail {

// Makes a base on the backend `epoll`, `poll` or `select`. Throws Error for another.
EventBasePointer makeEventBase(std::string_view backend);

}  // namespace ropewalk::detail
