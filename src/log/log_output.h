#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "log/log_limiter.h"
#include "log/stderr_sink.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

// Where events become lines: rate limit, text, then the sink or stderr. One lock orders the lines.
class LogOutput {
 public:
  // The process's, made on first use. Never destroyed, so that other objects' destructors may log
  // at exit.
  static LogOutput& instance();

  // Returns the sink that was there before.
  LogSink setSink(LogSink sink);

  void log(LogLevel level, std::string_view format, const LogArgument* arguments,
           std::size_t count);

  // Around a fork, on the thread that forks. Nothing that this thread logs in between appears.
  static void holdForFork() noexcept;
  static void releaseInParent() noexcept;
  static void releaseInChild() noexcept;

 private:
  void emit(LogLevel level, const std::string& line);

  std::timed_mutex mutex_;
  LogLimiter limiter_;
  LogSink sink_;
  StderrSink stderr_;
};

}  // namespace ropewalk::detail
