#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/detail/line_delimiter.h"
#include "ropewalk/line_ending.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/protocol.h"

namespace ropewalk {

/// A protocol of lines only: no raw mode, and no pausing between two lines of one chunk.
///
/// Empty lines are delivered too; an unfinished last line is not. The lines do not depend on how
/// the bytes are cut, and the time is linear in the number of bytes.
///
/// Order: lineReceived() for each line, until the connection is disconnecting.
/// Ownership: a line that arrived in one piece is a view of the receive buffer, not a copy.
/// Errors: a line that is too long is skipped, unless lineLengthExceeded() closes the connection.
/// The lines after it are delivered.
/// Flow: on an accepted connection, more than 64 KiB of unsent output stops the delivery until at
/// most 16 KiB are unsent (Transport::isBlocked()).
/// Limits: maxLength, 16 384 bytes, for a line without its delimiter. At most that much of an
/// unfinished line is kept; it counts in the memory budget of the process (memory_budget.h).
class LineOnlyReceiver : public Protocol {
 public:
  static constexpr std::size_t kMaxLength = 16384;

  explicit LineOnlyReceiver(LineEnding ending = LineEnding::Crlf) : delimiter_(ending) {}

  /// A line arrived, without its delimiter. `line` is valid until this returns.
  virtual void lineReceived(std::string_view line) = 0;

  /// A line is longer than maxLength. Unless overridden, closes the connection.
  ///
  /// `line` is the part of that line that has arrived, without later lines. Called once for each
  /// such line, as soon as one byte too many is there; the start of a delimiter does not count.
  virtual void lineLengthExceeded(std::string_view line);

  /// Sends `line` and the delimiter: `\r\n` for LineEnding::LfOrCrLf.
  void sendLine(std::string_view line) { transport->writeSequence({line, delimiter_.text()}); }

  /// Makes exactly `delimiter` end a line, in input and output. REQUIRES: it is not empty, and
  /// nothing was received yet.
  void setDelimiter(std::string delimiter) {
    delimiter_ = detail::LineDelimiter(std::move(delimiter));
  }

  void setMaxLength(std::size_t bytes) { maxLength_ = bytes; }
  std::size_t maxLength() const { return maxLength_; }

  /// REQUIRES: not called from inside a callback of this protocol.
  void dataReceived(std::string_view data) override;

 private:
  void finishLine(std::string_view line);
  void hold(std::string_view data);
  void take(std::string_view data);

  std::string held_;     // one unfinished line; of a skipped one, the start of a delimiter
  MemoryCharge charge_;  // for held_
  detail::LineDelimiter delimiter_;
  std::size_t maxLength_ = kMaxLength;
  bool isSkipping_ = false;
};

}  // namespace ropewalk
