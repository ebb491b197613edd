#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/unique_function.h"

namespace ropewalk {

class Failure;

enum class LogLevel { Debug, Info, Warning, Error, Off };

/// Logs events of this level and above; the others cost one comparison. Default: Warning.
///
/// Threads: any thread, like everything in this header.
void setLogLevel(LogLevel level);
LogLevel logLevel();

/// Where the lines go. An empty sink means stderr, the default.
///
/// Logging to stderr does not block and does not raise SIGPIPE. A line that does not fit (a full
/// pipe, or a pipe whose reader has gone) is lost; the next line that is written is preceded by the
/// number of lost ones.
///
/// Lines are also lost while descriptor 2 is closed, or is a socket or a file with FD_CLOEXEC other
/// than the stderr that the program started with: such a file got the number 2 by accident. To
/// redirect stderr, dup2() a file onto descriptor 2.
using LogSink = UniqueFunction<void(LogLevel level, std::string_view line)>;

/// Sends every line to `sink` instead, for example to a logging library or to syslog:
///
///   setLogSink([logger = spdlog::default_logger()](LogLevel level, std::string_view line) {
///     logger->log(level < LogLevel::Warning ? spdlog::level::info : spdlog::level::warn, line);
///   });
///
///   setLogSink([](LogLevel level, std::string_view line) {
///     const int priority = level < LogLevel::Warning ? LOG_INFO : LOG_WARNING;
///     ::syslog(priority, "%.*s", static_cast<int>(line.size()), line.data());
///   });
///
/// A line comes without time, level and line end. The sink is called by one thread at a time, and
/// what it logs itself is dropped. If it throws, that line goes to stderr. With a new sink the
/// counting of lines of one format begins anew.
/// REQUIRES: not called by a sink.
void setLogSink(LogSink sink);

namespace detail {

// One value to be logged, seen through a reference: nothing of it is kept.
class LogArgument {
 public:
  enum class Kind { None, Bool, Signed, Unsigned, Float, Text, Pointer };

  LogArgument() noexcept : unsigned_(0) {}
  explicit LogArgument(bool value) noexcept : kind_(Kind::Bool), unsigned_(value) {}
  explicit LogArgument(const char& value) noexcept : kind_(Kind::Text), text_(&value), size_(1) {}
  template <std::signed_integral T>
  explicit LogArgument(T value) noexcept : kind_(Kind::Signed), signed_(value) {}
  template <std::unsigned_integral T>
  explicit LogArgument(T value) noexcept : kind_(Kind::Unsigned), unsigned_(value) {}
  template <std::floating_point T>
  explicit LogArgument(T value) noexcept : kind_(Kind::Float), float_(static_cast<double>(value)) {}
  explicit LogArgument(std::string_view value) noexcept
      : kind_(Kind::Text), text_(value.data()), size_(value.size()) {}
  explicit LogArgument(const std::string& value) noexcept : LogArgument(std::string_view(value)) {}
  explicit LogArgument(const char* value) noexcept
      : LogArgument(std::string_view(value != nullptr ? value : "(null)")) {}
  explicit LogArgument(const void* value) noexcept : kind_(Kind::Pointer), pointer_(value) {}
  explicit LogArgument(const Failure& value) noexcept;

  Kind kind() const noexcept { return kind_; }
  bool asBool() const noexcept { return unsigned_ != 0; }
  long long asSigned() const noexcept { return signed_; }
  unsigned long long asUnsigned() const noexcept { return unsigned_; }
  double asFloat() const noexcept { return float_; }
  const void* asPointer() const noexcept { return pointer_; }
  std::string_view asText() const noexcept { return {text_, size_}; }

 private:
  Kind kind_ = Kind::None;
  union {
    long long signed_;
    unsigned long long unsigned_;
    double float_;
    const void* pointer_;
    const char* text_;
  };
  std::size_t size_ = 0;
};

bool logs(LogLevel level) noexcept;
void log(LogLevel level, std::string_view format, const LogArgument* arguments,
         std::size_t count) noexcept;

template <class... A>
void logIfWanted(LogLevel level, std::string_view format, const A&... arguments) noexcept {
  if (!logs(level)) return;
  const LogArgument list[sizeof...(A) + 1] = {LogArgument(arguments)...};
  log(level, format, list, sizeof...(A));
}

// Names what this thread is busy with, normally a connection: while the context lives, its name
// stands before each line. The name is asked for only when something is logged.
class LogContext {
 public:
  // `named` has a method logPrefix() that returns text, and outlives the context.
  template <class Named>
  explicit LogContext(const Named& named) noexcept;
  LogContext(std::string (*prefixOf)(const void* named), const void* named) noexcept;
  LogContext(const LogContext&) = delete;
  LogContext& operator=(const LogContext&) = delete;
  ~LogContext();

  // The innermost context's name, or nothing.
  static std::string currentPrefix();

 private:
  std::string (*prefixOf_)(const void* named);
  const void* named_;
  LogContext* outer_;
};

inline constinit thread_local LogContext* currentLogContext = nullptr;

inline LogContext::LogContext(std::string (*prefixOf)(const void* named),
                              const void* named) noexcept
    : prefixOf_(prefixOf), named_(named), outer_(std::exchange(currentLogContext, this)) {}

template <class Named>
LogContext::LogContext(const Named& named) noexcept
    : LogContext(
          [](const void* object) {
            return std::string(static_cast<const Named*>(object)->logPrefix());
          },
          &named) {}

inline LogContext::~LogContext() { currentLogContext = outer_; }

}  // namespace detail

/// Logs one event: `format` is text in which each `{}` stands for the next argument, with fmt's
/// format specifications (`{:>8.3f}`, `{1}`, `{{`).
///
///   logWarning("accept on {}: {}", port, std::string_view(reason));
///
/// Arguments are numbers, bool, text, pointers, or a Failure (its text).
///
/// One event is one line: control bytes and invalid UTF-8 appear as \xNN. The connection at work,
/// if any, is named in front.
///
/// Errors:  none leave; a format that does not fit its arguments is logged as it is, followed by
///          the arguments.
/// Limits:  each argument is cut at 1 KiB. Of one format 10 lines are logged in a second; then a
///          line says how many more there were.
template <class... A>
void logDebug(std::string_view format, const A&... arguments) noexcept {
  detail::logIfWanted(LogLevel::Debug, format, arguments...);
}

/// See logDebug().
template <class... A>
void logInfo(std::string_view format, const A&... arguments) noexcept {
  detail::logIfWanted(LogLevel::Info, format, arguments...);
}

/// See logDebug().
template <class... A>
void logWarning(std::string_view format, const A&... arguments) noexcept {
  detail::logIfWanted(LogLevel::Warning, format, arguments...);
}

/// See logDebug().
template <class... A>
void logError(std::string_view format, const A&... arguments) noexcept {
  detail::logIfWanted(LogLevel::Error, format, arguments...);
}

}  // namespace ropewalk
