#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/inbox.h"
#include "ropewalk/detail/stream_awaiters.h"
#include "ropewalk/line_ending.h"
#include "ropewalk/protocol.h"
#include "ropewalk/shared_bytes.h"

namespace ropewalk {

/// A protocol told as a story: one coroutine per connection, which asks for what it wants next.
///
///   class Menu : public StreamProtocol {
///     Deferred<void> serve() override {
///       write("Your name?\r\n");
///       if (auto name = co_await readLine()) write("Hello, " + *name + "!\r\n");
///     }
///   };
///
/// Order: serve() starts when the connection is made. When it returns, the connection is closed,
/// after what it wrote has been sent; when it throws, the connection is closed with that exception
/// as its reason. The peer may finish first: serve() can write for as long as it runs.
///
/// The end: when the connection ends under it, serve() is where it awaits something. A pending
/// readLine() returns empty there; any other await raises CancelledError, and so does every later
/// one, also in coroutines that serve() started. So it comes to its end before connectionLost() is
/// called, and may use its protocol until then.
///
/// Reading: one read at a time, of all coroutines together. A read returns empty when it can never
/// be fulfilled: the peer has finished, or loseConnection() was called. What had arrived beyond the
/// last whole line, or short of readExactly()'s count, is then left for readSome().
///
/// Flow:   bytes that arrive while no read is pending are kept up to 64 KiB or a little more; then
///         the transport is paused until there is room. While the process is over its memory budget
///         (memory_budget.h), it is paused at the first byte. While 64 KiB of output wait on an
///         accepted connection, nothing is read either (Transport::setReadWhileBlocked()).
/// Limits: a line may have kMaxLine bytes; one that is longer raises LineTooLong.
class StreamProtocol : public Protocol {
 public:
  /// Longest line that readLine() takes, and readUntil() unless told otherwise, in bytes.
  static constexpr std::size_t kMaxLine = 16 * 1024;

  /// So many bytes may wait for a reader before the transport is paused.
  static constexpr std::size_t kMaxUnread = 64 * 1024;

  explicit StreamProtocol(LineEnding ending = LineEnding::LfOrCrLf) noexcept;
  ~StreamProtocol() override;

  /// The conversation: a coroutine.
  virtual Deferred<void> serve() = 0;

  /// The next line without its end: `while (auto line = co_await readLine())`. Gives
  /// std::optional<std::string>. The variable is needed even if nothing uses it: g++ 12
  /// miscompiles `while (co_await readLine())` (see Deferred).
  [[nodiscard]] detail::StreamRead readLine() noexcept;

  /// The next `count` bytes. Gives std::optional<std::string>.
  ///
  /// As many are kept in memory as are asked for: do not take `count` from a peer unchecked.
  [[nodiscard]] detail::StreamRead readExactly(std::size_t count) noexcept;

  /// What comes before the next `delimiter`, which is taken too but not returned. Gives
  /// std::optional<std::string>.
  ///
  /// `delimiter` must outlive the await. Raises LineTooLong beyond `limit` bytes.
  /// REQUIRES: `delimiter` is not empty.
  [[nodiscard]] detail::StreamRead readUntil(std::string_view delimiter,
                                             std::size_t limit = kMaxLine) noexcept;

  /// Whatever is there, at least one byte. Gives std::optional<std::string>.
  [[nodiscard]] detail::StreamRead readSome() noexcept;

  /// The bytes that have arrived and were not read, which are forgotten: for another protocol,
  /// with `transport->switchProtocol(next, takeUnread())`. A read that is pending goes on waiting.
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

 private:
  friend class detail::StreamRead;

  void setReader(detail::StreamRead* reader);
  void take(std::size_t count);
  void pauseOrResume();

  detail::Inbox inbox_;
  detail::StreamRead* reader_ = nullptr;  // the pending read
  LineEnding ending_;
  bool readEnded_ = false;
  bool isPaused_ = false;
};

}  // namespace ropewalk
