#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "ropewalk/detail/awaiter.h"
#include "ropewalk/producer.h"

namespace ropewalk::http::server {
class Exchange;
class RoomLine;
}  // namespace ropewalk::http::server

namespace ropewalk::http {

class FilePart;

/// Where the function of Response::stream() writes the body to.
///
/// Framing is not its business: in HTTP/1.1 a body without a length goes out in chunks, one for
/// each write(), in HTTP/1.0 until the connection closes.
///
/// The body is written by a coroutine that awaits drained(), or by a producer: the function
/// registers one and returns a Deferred that the producer fires when it has written all.
///
///   return http::Response::stream("text/plain", [](http::BodyWriter& out) {
///     auto rows = std::make_shared<Rows>(out.handle());  // a Producer
///     out.registerProducer(rows, Streaming::Pull);
///     return rows->written.deferred();                   // a Promise<void> of it
///   });
///
/// Lifetime: until the Deferred of that function is done and its frame gone; handle() for longer.
/// Errors: once the client is gone or the connection aborted, and once that Deferred is done,
/// write() does nothing and `co_await drained()` raises CancelledError.
class BodyWriter {
 public:
  /// What drained() waits in; only ever awaited.
  class Drained final : public ropewalk::detail::Awaiter {
   public:
    // `waitsForEnd`: it is not a writer that waits, but the end of what was written.
    explicit Drained(server::Exchange& exchange, bool waitsForEnd = false) noexcept
        : exchange_(exchange), waitsForEnd_(waitsForEnd) {}

    bool ready() noexcept;
    void wait();
    void result() const;
    void cancelAwait(ropewalk::detail::CancelCause cause) noexcept override;

   private:
    friend server::RoomLine;

    bool isOver() const noexcept;
    void roomAvailable() noexcept;
    void roomLost() noexcept;

    server::Exchange& exchange_;
    Drained* next_ = nullptr;  // in the RoomLine
    bool waitsForEnd_;
    bool wasOver_ = false;
  };

  explicit BodyWriter(server::Exchange& exchange) noexcept : exchange_(exchange) {}
  BodyWriter(const BodyWriter&) = delete;
  BodyWriter& operator=(const BodyWriter&) = delete;

  /// Sends `bytes` after everything written before; they are copied or sent before this returns.
  ///
  /// Nothing waits here. A writer that never awaits drained() fills memory up to the cap, which is
  /// Limits::queued, or the port's ConnectionLimits::maxQueued if that is stricter; then the
  /// connection is aborted, and the log says so. With a length declared, writing past it throws
  /// std::length_error and sends nothing.
  void write(std::string_view bytes);

  /// Sends the bytes of the open file, by sendfile(2) where the transport can. Errors as above; a
  /// file that turns out shorter breaks the connection off. Its bytes count as waiting until they
  /// are sent: await drained() before the next write().
  void write(FilePart part);

  /// `co_await out.drained()` returns at once while at most 64 KiB of this connection's output are
  /// unsent. Above that it waits until at most 16 KiB are.
  ///
  /// The two are writeHighWater and writeLowWater of the port's ConnectionLimits, or half of the
  /// cap of write() where that is less. Any number of coroutines may wait.
  Drained drained() noexcept { return Drained(exchange_); }

  /// Lets `producer` write the body: see producer.h for the order of its calls.
  ///
  /// A push producer is paused by the write() that makes more than 64 KiB unsent (at once if that
  /// much is unsent already) and resumed from the event loop at 16 KiB; see drained() for the two.
  /// A pull producer is resumed for each piece when everything before it is sent. stopProducing()
  /// is called if the connection ends before the body. If either has ended already, it is called at
  /// once, and `producer` is not kept.
  ///
  /// Ownership: shared until unregisterProducer(), the end of the body (one that is still
  /// registered then is let go without a call), or the end of the connection.
  /// Errors: throws std::invalid_argument if `producer` is null, ProducerAlreadyRegistered if there
  /// is one already. If there is no memory, calls stopProducing(), does not keep `producer` and
  /// throws std::bad_alloc. An exception from resumeProducing() or pauseProducing() is logged and
  /// ends the connection by Transport::cutShort(), so that the client cannot take the part for the
  /// whole.
  void registerProducer(const std::shared_ptr<Producer>& producer, Streaming streaming);

  /// Forgets the producer; none registered is harmless.
  void unregisterProducer();

  /// This writer, to be kept as long as you like: after the end of the body it does nothing.
  std::shared_ptr<BodyWriter> handle();

  /// False once the client is gone.
  bool isConnected() const noexcept;

 private:
  server::Exchange& exchange_;
};

}  // namespace ropewalk::http
