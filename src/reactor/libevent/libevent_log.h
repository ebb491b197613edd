#pragma once

namespace ropewalk::detail {

// Has what libevent reports go to the log. Once is enough for the process; any thread.
void logWhatLibeventSays() noexcept;

// While one lives, what libevent says on this thread is not logged.
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
