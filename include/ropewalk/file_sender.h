#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ropewalk/deferred.h"
#include "ropewalk/detail/place.h"
#include "ropewalk/file_descriptor.h"
#include "ropewalk/producer.h"
#include "ropewalk/promise.h"
#include "ropewalk/reactor_time.h"
#include "ropewalk/transport.h"
#include "ropewalk/unique_function.h"

namespace ropewalk {

/// Sends a file in pieces, no faster than the peer takes it: a pull producer.
///
///   auto sender = std::make_shared<FileSender>();
///   sender->beginFileTransfer(std::move(file), transport).addCallback([](std::string) { ... });
///
/// To send a file unchanged, Transport::writeFile() costs less. Use this for bytes that must be
/// transformed, for descriptors that sendfile(2) refuses, and to know when everything has been
/// written.
///
/// Ownership: the transport shares it while it sends.
/// Threads: the reactor's. Reading a piece may block on the disk.
class FileSender final : public Producer, public std::enable_shared_from_this<FileSender> {
 public:
  /// The number of bytes read and written at a time.
  static constexpr std::size_t kChunkSize = 16 * 1024;

  /// Changes each piece before it is written. If it returns nothing, the next piece is read at
  /// once, in the same turn. If the connection is disconnecting, the next piece is read in the next
  /// turn; an abort stops this sender before that.
  using Transform = UniqueFunction<std::string(std::string)>;

  /// Sends the bytes of `file` from its current position to its end, and closes it.
  ///
  /// The Deferred fires with the last byte that was read (empty for an empty file), once the last
  /// piece is sent and this sender is unregistered. It fails if reading fails, or if the connection
  /// ends first ("Consumer asked us to stop producing"). Throws ProducerAlreadyRegistered.
  /// REQUIRES: an earlier transfer of this sender is over; `file` is a regular file or blocks. If
  /// it is non-blocking, a read that would block fails the transfer (EAGAIN).
  Deferred<std::string> beginFileTransfer(FileDescriptor file, const TransportRef& consumer,
                                          Transform transform = {},
                                          detail::Place place = detail::Place::current());

  FileSender() = default;
  FileSender(const FileSender&) = delete;
  FileSender& operator=(const FileSender&) = delete;
  ~FileSender() override;

  void pauseProducing() override {}
  void resumeProducing() override;
  void stopProducing() override;

 private:
  void goOnSoon();
  void endTransfer(int error);
  void finish();

  FileDescriptor file_;
  TransportRef consumer_;
  Transform transform_;
  std::string lastByte_;
  Promise<std::string> done_;
  DelayedCall next_;
};

}  // namespace ropewalk
