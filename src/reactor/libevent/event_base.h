#pragma once

#include <string_view>

#include "reactor/libevent/event_deleter.h"

namespace ropewalk::detail {

// A base on the backend of this name: epoll, poll or select. Throws Error for another.
EventBasePointer makeEventBase(std::string_view backend);

}  // namespace ropewalk::detail
