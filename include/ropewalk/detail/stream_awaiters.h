#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/detail/awaiter.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk {
class StreamProtocol;
}

namespace ropewalk::detail {

// Waits until a StreamProtocol has the requested input, or can never have it.
class StreamRead final : public Awaiter {
 public:
  enum class Wanted : std::uint8_t { Line, Until, Exactly, Some };

  // `delimiter` is for Until. `size` is the number of bytes for Exactly, the limit for Line and
  // Until.
  StreamRead(StreamProtocol& stream, Wanted wanted, std::size_t size, Duration within,
             std::string_view delimiter = {}) noexcept
      : stream_(stream), delimiter_(delimiter), size_(size), within_(within), wanted_(wanted) {}

  bool ready();
  void wait();
  std::optional<std::string> result();

  // More input has arrived, or the peer has finished. REQUIRES: it waits.
  void changed();

  // The time for it has passed. REQUIRES: it waits.
  void timedOut();

  // The unread input was taken away: what comes next is other input.
  void searchAgain() noexcept { searched_ = 0; }

  void cancelAwait(CancelCause cause) noexcept override;

 private:
  enum class Outcome : std::uint8_t { Waiting, Found, Ended, TooLong, TimedOut };

  void stopWaiting();
  bool isLimited() const noexcept;
  Outcome examine();
  Outcome examineDelimited(std::string_view bytes);
  Outcome found(std::size_t length, std::size_t next) noexcept;

  StreamProtocol& stream_;
  std::string_view delimiter_;
  std::size_t size_;
  std::size_t searched_ = 0;  // this many bytes of the inbox contain no delimiter
  std::size_t length_ = 0;    // once found: the number of requested bytes
  std::size_t next_ = 0;      // ... and the start of the next read
  Duration within_;
  Wanted wanted_;
  Outcome outcome_ = Outcome::Waiting;
};

}  // namespace ropewalk::detail
