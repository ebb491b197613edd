// Takes an event from any thread to the sink: level, then LogOutput.
//
// One lock orders the lines. If the thread holds it already (a sink or a connection's logPrefix()
// that logs), the event is dropped, because the thread would wait for itself.

#include "ropewalk/log.h"

#include <atomic>
#include <cassert>
#include <utility>

#include "log/is_logging.h"
#include "log/log_output.h"
#include "ropewalk/failure.h"

namespace ropewalk {
namespace {

constinit std::atomic<LogLevel> lowestLogged = LogLevel::Warning;

}  // namespace

void setLogLevel(LogLevel level) { lowestLogged.store(level, std::memory_order_relaxed); }

LogLevel logLevel() { return lowestLogged.load(std::memory_order_relaxed); }

void setLogSink(LogSink sink) {
  assert(!detail::isLogging && "setLogSink() was called by a log sink");
  // The previous sink is destroyed after the lock is released, because it may log.
  const LogSink before = detail::LogOutput::instance().setSink(std::move(sink));
}

namespace detail {

constinit thread_local bool isLogging = false;

LogArgument::LogArgument(const Failure& value) noexcept : LogArgument(value.what()) {}

std::string LogContext::currentPrefix() {
  const LogContext* context = currentLogContext;
  if (context == nullptr) return {};
  try {
    return context->prefixOf_(context->named_);
  } catch (...) {
    return "?";  // a name of the user's; the line is told without it
  }
}

bool logs(LogLevel level) noexcept { return level >= logLevel(); }

void log(LogLevel level, std::string_view format, const LogArgument* arguments,
         std::size_t count) noexcept {
  if (isLogging) return;
  isLogging = true;
  try {
    LogOutput::instance().log(level, format, arguments, count);
  } catch (...) {
    // Out of memory while telling of something: there is nobody left to tell.
  }
  isLogging = false;
}

}  // namespace detail
}  // namespace ropewalk
