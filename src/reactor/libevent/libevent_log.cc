#include "reactor/libevent/libevent_log.h"

#include <event2/event.h>

#include <string_view>
#include <utility>

#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

constinit thread_local bool isQuiet = false;

void said(int severity, const char* text) {
  if (isQuiet) return;
  if (severity == EVENT_LOG_ERR) return logError("libevent: {}", std::string_view(text));
  if (severity == EVENT_LOG_WARN) return logWarning("libevent: {}", std::string_view(text));
  logDebug("libevent: {}", std::string_view(text));
}

}  // namespace

void logWhatLibeventSays() noexcept {
  [[maybe_unused]] static const bool once = (event_set_log_callback(said), true);
}

QuietLibevent::QuietLibevent() noexcept : before_(std::exchange(isQuiet, true)) {}

QuietLibevent::~QuietLibevent() { isQuiet = before_; }

}  // namespace ropewalk::detail
