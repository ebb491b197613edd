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

/// A protocol of lines and nothing else: no raw mode, no pausing between two lines of one chunk.
///
/// Empty lines are delivered too; an unfinished last line is not. However the bytes are cut, the
/// lines are the same, and the time they take is linear in their bytes.
///
/// Order: lineReceived() for each line, until the connection is disconnecting.
/// Ownership: a line that arrived in one piece is a view of the receive buffer, without a copy.
/// Errors: too long a line is skipped, unless lineLengthExceeded() closes; the lines after it are
/// delivered.
/// Limits: maxLength, 16 384 bytes, for a line without its delimiter. No more than that is kept of
/// an unfinished line; it counts in the memory budget of the process (memory_budget.h).
class LineOnlyReceiver : public Protocol {
 public:
  static constexpr std::size_t kMaxLength = 16384;

  explicit LineOnlyReceiver(LineEnding ending = LineEnding::Crlf) : delimiter_(ending) {}

  /// A line arrived, without its delimiter. `line` is valid until this returns.
  virtual void lineReceived(std::string_view line) = 0;

  /// A line is longer than maxLength. Unless overridden, the connection is closed.
  ///
  /// `line` is what has arrived of that line alone. Once for each such line, and at once: the first
  /// byte too many is enough, but a delimiter that has begun does not count.
  virtual void lineLengthExceeded(std::string_view line);

  /// Sends `line` and the delimiter: `\r\n` for LineEnding::LfOrCrLf.
  void sendLine(std::string_view line) { transport->writeSequence({line, delimiter_.text()}); }

  /// Exactly `delimiter` ends a line and is sent behind one. REQUIRES: it is not empty, and nothing
  /// was received yet.
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

  std::string held_;  // one unfinished line; of one that is skipped, the delimiter that has begun
  MemoryCharge charge_;  // for held_
  detail::LineDelimiter delimiter_;
  std::size_t maxLength_ = kMaxLength;
  bool isSkipping_ = false;
};

}  // namespace ropewalk
