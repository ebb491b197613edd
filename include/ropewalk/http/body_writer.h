#pragma once

#include <cstddef>
#include <string_view>

#include "ropewalk/detail/awaiter.h"

namespace ropewalk::http {

class Exchange;

/// Where the function of Response::stream() writes the body to.
///
/// Framing is not its business: in HTTP/1.1 a body without a length goes out in chunks, one for
/// each write(), in HTTP/1.0 until the connection closes.
///
/// Lifetime: until the Deferred of that function is done and its frame gone.
/// Errors: once the client is gone, write() does nothing and `co_await drained()` raises
/// CancelledError.
class BodyWriter {
 public:
  /// What drained() waits in; only ever awaited.
  class Drained final : public ropewalk::detail::Awaiter {
   public:
    explicit Drained(Exchange& exchange) noexcept : exchange_(&exchange) {}

    bool ready() const noexcept;
    void wait() noexcept;
    void result() const noexcept {}
    void cancelAwait(ropewalk::detail::CancelCause cause) noexcept override;
    void resume() noexcept { resumeSoon(); }

   private:
    Exchange* exchange_;
  };

  explicit BodyWriter(Exchange& exchange) noexcept : exchange_(exchange) {}
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;

  /// Sends `bytes` after everything written before; they are copied or sent before this returns.
  ///
  /// Nothing waits here. A writer that never awaits drained() fills memory up to Limits::queued,
  /// then the connection is aborted. With a length declared, writing past it throws
  /// std::length_error and sends nothing.
  void write(std::string_view bytes);

  /// `co_await out.drained()` goes on once at most 16 KiB of this connection's output wait, if
  /// there were more than 64 KiB; at once if not.
  Drained drained() noexcept { return Drained(exchange_); }

  /// False once the client is gone.
  bool isConnected() const noexcept;

 private:
  Exchange& exchange_;
};

}  // namespace ropewalk::http
