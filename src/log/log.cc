// Takes an event from any thread to the sink: level, rate limit, text, then the sink or stderr.
//
// One mutex orders the lines. A thread that is inside it already (a sink that logs, a connection's
// name that logs) has its event dropped: it would wait for itself.

#include "ropewalk/log.h"

#include <spdlog/logger.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "log/log_limiter.h"
#include "log/log_text.h"
#include "log/stderr_sink.h"
#include "ropewalk/failure.h"

namespace ropewalk {
namespace {

std::atomic<LogLevel> lowestLogged = LogLevel::Warning;

constinit thread_local bool isLogging = false;

spdlog::level::level_enum spdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

class LogOutput {
 public:
  LogOutput() : stderr_("ropewalk", std::make_shared<detail::StderrSink>()) {
    stderr_.set_level(spdlog::level::trace);
    stderr_.set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
  }

  void setSink(LogSink sink) {
    // The one before is destroyed after the lock: it may log.
    const std::lock_guard lock(mutex_);
    std::swap(sink_, sink);
    limiter_ = detail::LogLimiter();
  }

  void log(LogLevel level, std::string_view format, const detail::LogArgument* arguments,
           std::size_t count) {
    const std::string prefix = detail::logField(detail::LogContext::currentPrefix());
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const auto& [name, lines] : limiter_.takeSuppressed(now)) {
      emit(LogLevel::Warning,
           std::to_string(lines) + " more suppressed of: " + detail::logField(name));
    }
    if (!limiter_.admit(format, now)) return;
    std::string line = prefix.empty() ? "" : "[" + prefix + "] ";
    emit(level, line += detail::logText(format, arguments, count));
  }

 private:
  void emit(LogLevel level, const std::string& line) {
    if (sink_) {
      try {
        sink_(level, line);
        return;
      } catch (...) {
        // The line is not lost: it goes to stderr below.
      }
    }
    stderr_.log(spdlogLevel(level), line);
  }

  std::mutex mutex_;
  detail::LogLimiter limiter_;
  LogSink sink_;
  spdlog::logger stderr_;
};

// Never destroyed, so that other objects' destructors may log at exit.
LogOutput& output() {
  static LogOutput& theOutput = *new LogOutput;
  return theOutput;
}

}  // namespace

void setLogLevel(LogLevel level) { lowestLogged.store(level, std::memory_order_relaxed); }

LogLevel logLevel() { return lowestLogged.load(std::memory_order_relaxed); }

void setLogSink(LogSink sink) {
  assert(!isLogging && "setLogSink() was called by a log sink");
  output().setSink(std::move(sink));
}

namespace detail {

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
    output().log(level, format, arguments, count);
  } catch (...) {
    // Out of memory while telling of something: there is nobody left to tell.
  }
  isLogging = false;
}

}  // namespace detail
}  // namespace ropewalk
