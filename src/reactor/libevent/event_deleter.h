#pragma once

#include <event2/event.h>

#include <memory>

namespace ropewalk::detail {

struct EventDeleter {
  void operator()(event* each) const noexcept { event_free(each); }
  void operator()(event_base* base) const noexcept { event_base_free(base); }
};
using EventPointer = std::unique_ptr<event, EventDeleter>;
using EventBasePointer = std::unique_ptr<event_base, EventDeleter>;

// Leaks an event in a child process, because freeing it would remove it from the epoll instance
// shared with the parent.
inline void forget(EventPointer& parents) noexcept {
  [[maybe_unused]] event* const left = parents.release();
}

}  // namespace ropewalk::detail
