#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/byte_queue.h"
#include "ropewalk/detail/stream_awaiters.h"
#include "ropewalk/line_ending.h"
#include "ropewalk/protocol.h"
#include "ropewalk/shared_bytes.h"
#include "ropewalk/timeout.h"

namespace ropewalk {

/// A protocol written as one coroutine per connection, which asks for the input that it needs next.
///
///   class Menu : public StreamProtocol {
///     Deferred<void> serve() override {
///       write("Your name?\r\n");
///       if (auto name = co_await readLine()) write("Hello, " + *name + "!\r\n");
///     }
///   };
///
/// Order: serve() starts when the connection is made. When it returns, the connection is closed
/// after the output is sent; if it throws, with that exception as the reason. The peer may finish
/// first: serve() can still write, until it returns or closes the connection.
///
/// The end: if the connection ends while serve() is suspended, a pending readLine() returns empty.
/// Any other await raises CancelledError, and so does every later one, also in coroutines that
/// serve() started. So serve() ends before connectionLost() is called, and may use its protocol
/// until then.
///
/// Reading: only one read may be pending, among all coroutines. A read that can no longer be
/// completed returns empty: after loseConnection(), or when the peer has finished. In the second
/// case readSome() still returns the incomplete input.
///
/// The drain: when the reactor drains, a read that would wait for input returns empty, as when the
/// peer has finished, so serve() can finish its answer and return. A serve() that does not read is
/// ended at the deadline; to end it earlier, override drainRequested().
///
/// Flow:   bytes that arrive while no read is pending are kept up to 64 KiB or a little more; then
///         the transport is paused until there is room. While the process is over its memory budget
///         (memory_budget.h), it is paused at the first byte. On an accepted connection, reads wait
///         while too much output is unsent (Transport::isBlocked()).
/// Limits: a line may have kMaxLine bytes; a longer one raises LineTooLong. A read may have a time
///         limit, as in `co_await readLine(30s)`. Once it has passed (timeout.h says how exactly),
///         the read raises PeerTimeoutError; the input that has come is kept for the next read.
///         A negative limit raises NegativeDelay.
class StreamProtocol : public Protocol {
 public:
  /// The longest line of readLine(), and of readUntil() without a limit of its own, in bytes.
  static constexpr std::size_t kMaxLine = 16 * 1024;

  /// The number of unread bytes above which the transport is paused.
  static constexpr std::size_t kMaxUnread = 64 * 1024;

  /// The time limit of a read that has none.
  static constexpr Duration kForever = Duration::max();

  explicit StreamProtocol(LineEnding ending = LineEnding::LfOrCrLf) noexcept;
  ~StreamProtocol() override;

  /// The conversation: a coroutine.
  virtual Deferred<void> serve() = 0;

  /// The next line without its end: `while (auto line = co_await readLine())`. Gives
  /// std::optional<std::string>. The variable is needed even if nothing uses it: g++ 12
  /// miscompiles `while (co_await readLine())` (see Deferred).
  [[nodiscard]] detail::StreamRead readLine(Duration within = kForever) noexcept;

  /// The next `count` bytes. Gives std::optional<std::string>.
  ///
  /// Keeps `count` bytes in memory: do not take `count` from a peer unchecked.
  [[nodiscard]] detail::StreamRead readExactly(std::size_t count,
                                               Duration within = kForever) noexcept;

  /// The bytes before the next `delimiter`, which is consumed but not returned. Gives
  /// std::optional<std::string>.
  ///
  /// `delimiter` must outlive the await. Raises LineTooLong beyond `limit` bytes.
  /// REQUIRES: `delimiter` is not empty.
  [[nodiscard]] detail::StreamRead readUntil(std::string_view delimiter,
                                             std::size_t limit = kMaxLine,
                                             Duration within = kForever) noexcept;

  /// All bytes that are there, at least one. Gives std::optional<std::string>.
  [[nodiscard]] detail::StreamRead readSome(Duration within = kForever) noexcept;

  /// Removes and returns the bytes that have arrived but were not read: for another protocol, with
  /// `transport->switchProtocol(next, takeUnread())`. A pending read continues to wait.
  std::string takeUnread();

  /// Transport::write().
  void write(std::string_view bytes) { transport->write(bytes); }
  void write(const SharedBytes& bytes) { transport->write(bytes); }
  template <std::same_as<std::string> String>
  void write(String&& bytes) {
    transport->write(std::forward<String>(bytes));
  }

  /// Transport::drained(). Await it between the pieces of a long output:
  ///
  ///   for (...) { write(piece); co_await drained(); }
  [[nodiscard]] detail::Drained drained() noexcept { return transport->drained(); }

  void connectionMade() final;
  void dataReceived(std::string_view data) final;
  void readConnectionLost() final;
  void drainRequested() override;

 private:
  friend class detail::StreamRead;

  void setReader(detail::StreamRead* reader);
  void makeReadLimit(Duration within);
  void take(std::size_t count);
  void pauseOrResume();
  bool givesBack();

  detail::Inbox inbox_;
  detail::StreamRead* reader_ = nullptr;  // the pending read
  std::unique_ptr<Timeout> readLimit_;    // of the pending read; null if no read had one yet
  LineEnding ending_;
  bool readEnded_ = false;
  bool isPaused_ = false;
  bool gaveBack_ = false;  // the transport holds unread input
};

}  // namespace ropewalk
