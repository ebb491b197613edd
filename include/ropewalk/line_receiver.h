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

/// A protocol of lines, which may change to raw bytes and back at any line.
///
///   class Shout : public LineReceiver {
///     void lineReceived(std::string_view line) override { sendLine(upper(line)); }
///   };
///
/// For people who type, and for nc, which ends a line with `\n` alone, pass LineEnding::LfOrCrLf:
/// the default, Crlf, waits for `\r\n`.
///
/// Empty lines are delivered too; an unfinished last line is not. However the bytes are cut, the
/// lines are the same, and the time they take is linear in their bytes.
///
/// Order: lineReceived() for each line in line mode, rawDataReceived() for what comes in raw mode;
/// a change of mode, delimiter or limit holds from the next byte on. None of them is called while
/// another is running: bytes given to dataReceived() from inside one are delivered after those that
/// had arrived. Nothing is delivered once the connection is disconnecting. Without a connection, as
/// in a test that calls dataReceived() itself, lines are delivered and sendLine() does nothing.
///
/// Ownership: a line that arrived in one piece is a view of the receive buffer, without a copy.
/// Only an unfinished line, and input held back by a pause, is kept on the heap.
///
/// Limits: maxLength, 16 384 bytes, for a line without its delimiter. The kept bytes count in the
/// memory budget of the process (memory_budget.h).
class LineReceiver : public Protocol, public Producer {
 public:
  static constexpr std::size_t kMaxLength = 16384;

  explicit LineReceiver(LineEnding ending = LineEnding::Crlf) : delimiter_(ending) {}

  /// A line arrived, without its delimiter. `line` is valid until this returns.
  virtual void lineReceived(std::string_view line) = 0;

  /// Bytes arrived in raw mode: everything there is. `data` is valid until this returns.
  ///
  /// Unless overridden throws std::logic_error, which ends the connection.
  virtual void rawDataReceived(std::string_view data);

  /// A line is longer than maxLength. Unless overridden, the connection is closed.
  ///
  /// `line` is all that had arrived from the beginning of that line on, the delimiter and further
  /// lines included, and is not delivered in another way. It comes at the latest when maxLength and
  /// a delimiter's worth of bytes are there.
  virtual void lineLengthExceeded(std::string_view line);

  /// Sends `line` and the delimiter: `\r\n` for LineEnding::LfOrCrLf.
  void sendLine(std::string_view line) { transport->writeSequence({line, delimiter_.text()}); }

  /// From the next byte on, everything goes to rawDataReceived().
  void setRawMode() { isRaw_ = true; }

  /// From the next byte on, lines. `extra` is what rawDataReceived() got and did not want: it is
  /// taken as if it came next.
  void setLineMode(std::string_view extra = {});

  /// Takes away what has arrived and was not delivered.
  std::string clearLineBuffer();

  /// From the next byte on, a line ends so.
  void setLineEnding(LineEnding ending) { setDelimiter(detail::LineDelimiter(ending)); }

  /// From the next byte on, exactly `delimiter` ends a line and is sent behind one.
  /// REQUIRES: `delimiter` is not empty.
  void setDelimiter(std::string delimiter) {
    setDelimiter(detail::LineDelimiter(std::move(delimiter)));
  }

  void setMaxLength(std::size_t bytes) { maxLength_ = bytes; }
  std::size_t maxLength() const { return maxLength_; }

  /// Delivers nothing more until resumeProducing(): neither what has arrived already, nor what the
  /// transport has, which is paused too. `transport->pauseProducing()` alone stops only what is not
  /// yet read: the lines of the chunk at hand still come.
  void pauseProducing() override;

  /// Delivers again: first, before this returns, what the pause held back.
  ///
  /// A callback that throws meanwhile ends this connection with that exception, not the caller.
  void resumeProducing() override;

  /// Delivers nothing more and closes the connection.
  void stopProducing() override;

  void dataReceived(std::string_view data) override;

 private:
  // What is being delivered right now; lives on the stack.
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
  void deliverHeld();
  std::string takeHeld();
  bool isTooLong(const detail::LineEnd& end) const { return end.line > maxLength_; }
  bool isTooLong(std::string_view unfinished) const {
    const std::size_t delimiter = delimiter_.text().size();
    return unfinished.size() >= delimiter && unfinished.size() - delimiter >= maxLength_;
  }

  // Not delivered yet: [heldFrom_, end) of held_. While an Input is delivered: what came after it.
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
