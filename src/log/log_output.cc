#include "log/log_output.h"

#include <atomic>
#include <chrono>
#include <utility>

#include "log/at_fork.h"
#include "log/is_logging.h"
#include "log/log_text.h"
#include "log/stamped_line.h"

namespace ropewalk::detail {

namespace {

constinit std::atomic<LogOutput*> output = nullptr;

// How long a fork waits for other threads to finish their lines. A sink that takes longer may be
// waiting for a lock that the forking thread holds.
constexpr std::chrono::seconds kLongestWait{1};

enum class Hold { None, Missed, Held };
constinit thread_local Hold hold = Hold::None;

}  // namespace

LogOutput& LogOutput::instance() {
  LogOutput* present = output.load(std::memory_order_acquire);
  if (present) return *present;
  holdLogAtFork();
  auto* const made = new LogOutput;
  if (output.compare_exchange_strong(present, made)) return *made;
  delete made;
  return *present;
}

LogSink LogOutput::setSink(LogSink sink) {
  const std::lock_guard lock(mutex_);
  std::swap(sink_, sink);
  limiter_ = LogLimiter();
  return sink;
}

void LogOutput::log(LogLevel level, std::string_view format, const LogArgument* arguments,
                    std::size_t count) {
  const std::string prefix = logField(LogContext::currentPrefix());
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, lines] : limiter_.takeSuppressed(now)) {
    emit(LogLevel::Warning, std::to_string(lines) + " more suppressed of: " + logField(name));
  }
  if (!limiter_.admit(format, now)) return;
  std::string line = prefix.empty() ? "" : "[" + prefix + "] ";
  emit(level, line += logText(format, arguments, count));
}

void LogOutput::emit(LogLevel level, const std::string& line) {
  if (sink_) {
    try {
      sink_(level, line);
      return;
    } catch (...) {
      // The line is not lost: it goes to stderr below.
    }
  }
  stderr_.write(stampedLine(std::chrono::system_clock::now(), level, line));
}

// A sink that forks holds the lock already, and gives it back in the parent and in the child.
void LogOutput::holdForFork() noexcept {
  LogOutput* const present = output.load();
  if (!present || isLogging) return;
  // On the system's clock, because ThreadSanitizer of g++ 12 does not see a lock on another one.
  const auto latest = std::chrono::system_clock::now() + kLongestWait;
  hold = present->mutex_.try_lock_until(latest) ? Hold::Held : Hold::Missed;
  isLogging = true;
}

void LogOutput::releaseInParent() noexcept {
  if (hold == Hold::None) return;
  if (hold == Hold::Held) output.load()->mutex_.unlock();
  hold = Hold::None;
  isLogging = false;
}

// A lock that another thread held is never released in the child: the child starts with a new
// output, to stderr.
void LogOutput::releaseInChild() noexcept {
  if (hold == Hold::Missed) output.store(nullptr);
  releaseInParent();
}

}  // namespace ropewalk::detail
