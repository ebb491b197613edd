#include "reactor/libevent/event_base.h"

#include <array>
#include <string>

#include "reactor/libevent/libevent_log.h"
#include "ropewalk/error.h"
#include "sys/standard_placeholders.h"

namespace ropewalk::detail {

EventBasePointer makeEventBase(std::string_view backend) {
  const std::unique_ptr<event_config, void (*)(event_config*)> config(event_config_new(),
                                                                      event_config_free);
  if (!config) throw Error("libevent: out of memory");
  // No locks, because there is one thread. No environment, because a variable must not change the
  // backend. No cached time, because our timers are not libevent's: it need not read the clock at
  // all.
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_IGNORE_ENV);
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NO_CACHE_TIME);
  for (const char* const other : std::array{"epoll", "poll", "select"}) {
    if (other != backend) event_config_avoid_method(config.get(), other);
  }
  const QuietLibevent quiet;  // errors are thrown instead
  const sys::StandardPlaceholders held;
  EventBasePointer base(event_base_new_with_config(config.get()));
  if (!base || event_base_get_method(base.get()) != backend) {
    throw Error("no backend \"" + std::string(backend) + "\": there are epoll, poll and select");
  }
  return base;
}

}  // namespace ropewalk::detail
