#pragma once

namespace ropewalk::detail {

// Sends libevent's messages to the log. One call is enough for the process; any thread.
void logWhatLibeventSays() noexcept;

// While one exists, messages of libevent on this thread are not logged.
class QuietLibevent {
 public:
  QuietLibevent() noexcept;
  QuietLibevent(const QuietLibevent&) = delete;
  QuietLibevent& operator=(const QuietLibevent&) = delete;
  ~QuietLibevent();

 private:
  const bool before_;
};

}  // namespace ropewalk::detail
