#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/detail/line_delimiter.h"
#include "ropewalk/line_ending.h"
#include "ropewalk/memory_budget.h"
#include "ropewalk/producer.h"
#include "ropewalk/protocol.h"

namespace ropewalk {

/// A protocol of lines that may switch to raw bytes and back at any line.
///
///   class Shout : public LineReceiver {
///     void lineReceived(std::string_view line) override { sendLine(upper(line)); }
///   };
///
/// For people who type, and for nc, which ends a line with `\n` alone, pass LineEnding::LfOrCrLf.
/// The default, Crlf, waits for `\r\n`.
///
/// Empty lines are delivered too; an unfinished last line is not. The lines do not depend on how
/// the bytes are cut, and the time is linear in the number of bytes.
///
/// Order: lineReceived() for each line in line mode, rawDataReceived() for input in raw mode. A
/// change of mode, delimiter or limit applies from the next byte on. None of them is called while
/// another is running: bytes passed to dataReceived() from inside one are delivered after those
/// that had arrived. Nothing is delivered once the connection is disconnecting. Without a
/// connection, as in a test that calls dataReceived() itself, lines are delivered and sendLine()
/// does nothing.
///
/// Ownership: a line that arrived in one piece is a view of the receive buffer, not a copy. Only an
/// unfinished line and input held back by a pause are kept on the heap.
///
/// Flow: on an accepted connection, more than 64 KiB of unsent output stops the delivery until at
/// most 16 KiB are unsent (Transport::isBlocked()).
///
/// Limits: maxLength, 16 384 bytes, for a line without its delimiter. The kept bytes count in the
/// memory budget of the process (memory_budget.h).
class LineReceiver : public Protocol, public Producer {
 public:
  static constexpr std::size_t kMaxLength = 16384;

  explicit LineReceiver(LineEnding ending = LineEnding::Crlf) : delimiter_(ending) {}

  /// A line arrived, without its delimiter. `line` is valid until this returns.
  virtual void lineReceived(std::string_view line) = 0;

  /// Bytes arrived in raw mode: all that are there. `data` is valid until this returns.
  ///
  /// Unless overridden, throws std::logic_error, which ends the connection.
  virtual void rawDataReceived(std::string_view data);

  /// A line is longer than maxLength. Unless overridden, closes the connection.
  ///
  /// `line` is all input from the start of that line on, with the delimiter and further lines if
  /// they have arrived. It is not delivered in any other way. Called at the latest when maxLength
  /// and a delimiter's worth of bytes are there.
  virtual void lineLengthExceeded(std::string_view line);

  /// Sends `line` and the delimiter: `\r\n` for LineEnding::LfOrCrLf.
  void sendLine(std::string_view line) { transport->writeSequence({line, delimiter_.text()}); }

  /// From the next byte on, all input goes to rawDataReceived().
  void setRawMode() { isRaw_ = true; }

  /// From the next byte on, input is lines. `extra` is input that rawDataReceived() got but did not
  /// use; it is delivered as if it came next.
  void setLineMode(std::string_view extra = {});

  /// Removes and returns the input that has arrived but was not delivered, without that which waits
  /// in the transport because of Transport::isBlocked().
  std::string clearLineBuffer();

  /// From the next byte on, `ending` ends a line.
  void setLineEnding(LineEnding ending) { setDelimiter(detail::LineDelimiter(ending)); }

  /// From the next byte on, exactly `delimiter` ends a line, in input and output.
  /// REQUIRES: `delimiter` is not empty.
  void setDelimiter(std::string delimiter) {
    setDelimiter(detail::LineDelimiter(std::move(delimiter)));
  }

  void setMaxLength(std::size_t bytes) { maxLength_ = bytes; }
  std::size_t maxLength() const { return maxLength_; }

  /// Delivers nothing more until resumeProducing(): neither input that has arrived already, nor
  /// input of the transport, which is paused too. `transport->pauseProducing()` alone stops only
  /// input that is not yet read: the other lines of the current chunk are still delivered.
  void pauseProducing() override;

  /// Delivers again. The input that the pause held back is delivered first, before this returns
  /// (later if Transport::isBlocked()).
  ///
  /// If a callback throws meanwhile, the connection ends with that exception; the caller does not
  /// get it.
  void resumeProducing() override;

  /// Delivers nothing more and closes the connection.
  void stopProducing() override;

  void dataReceived(std::string_view data) override;

 private:
  // The input being delivered now; lives on the stack.
  struct Input;

  void setDelimiter(detail::LineDelimiter delimiter);
  void take(std::string_view data);
  void settleMemory();
  void finishLine(std::string_view data);
  void deliver(std::string_view bytes);
  void deliver(Input& input);
  void deliverRaw(Input& input);
  bool deliverLine(Input& input);
  void holdBack(Input& input);
  void giveBack(Input& input);
  void deliverHeld();
  std::string takeHeld();
  bool isTooLong(const detail::LineEnd& end) const { return end.line > maxLength_; }
  bool isTooLong(std::string_view unfinished) const {
    const std::size_t delimiter = delimiter_.text().size();
    return unfinished.size() >= delimiter && unfinished.size() - delimiter >= maxLength_;
  }

  // Undelivered: [heldFrom_, end) of held_. While an Input is delivered: the bytes after it.
  std::string held_;
  std::size_t heldFrom_ = 0;
  MemoryCharge charge_;  // for held_
  Input* input_ = nullptr;
  detail::LineDelimiter delimiter_;
  std::size_t maxLength_ = kMaxLength;
  bool isRaw_ = false;
  bool isPaused_ = false;
  bool heldIsLine_ = false;  // held_ is one unfinished line: no delimiter in it
};

}  // namespace ropewalk
