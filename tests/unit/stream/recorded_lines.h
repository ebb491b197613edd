#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ropewalk/failure.h"
#include "ropewalk/line_receiver.h"
#include "ropewalk/sim/string_transport.h"
#include "support/split.h"

namespace ropewalk::test {

// What a line protocol was told, in the notation of the rules: L(line) R(raw bytes) X(how many too
// long).
class Calls {
 public:
  void add(char kind, std::string_view what) {
    if (!text_.empty()) text_ += ' ';
    text_ += kind;
    text_ += '(';
    text_ += what;
    text_ += ')';
  }
  void addLength(std::size_t size) { add('X', std::to_string(size)); }

  // What was told since the last time.
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

// Writes down what it is told, and does at certain lines what the test says.
class RecordedLines : public LineReceiver {
 public:
  using LineReceiver::LineReceiver;

  void lineReceived(std::string_view line) override {
    calls.add('L', line);
    if (const auto action = at.find(line); action != at.end()) action->second();
  }
  void rawDataReceived(std::string_view data) override {
    calls.add('R', data);
    if (onRaw) onRaw(data);
  }
  void lineLengthExceeded(std::string_view line) override {
    calls.addLength(line.size());
    exceeding = line;
    if (closesWhenExceeded) LineReceiver::lineLengthExceeded(line);
  }
  void connectionLost(const Failure& why) override { reason = why; }

  void feed(const Pieces& pieces) {
    for (const std::string_view piece : pieces) dataReceived(piece);
  }

  Calls calls;
  std::map<std::string, std::function<void()>, std::less<>> at;
  std::function<void(std::string_view)> onRaw;
  std::string exceeding;
  Failure reason;
  bool closesWhenExceeded = true;
};

// One of them on a wire.
struct LineTalk {
  explicit LineTalk(LineEnding ending = LineEnding::Crlf) : lines(ending) {
    lines.makeConnection(wire);
  }

  // What it is told when these pieces arrive.
  std::string hearsPieces(const Pieces& pieces) {
    lines.feed(pieces);
    return lines.calls.take();
  }
  std::string hears(std::string_view bytes) { return hearsPieces({bytes}); }

  RecordedLines lines;
  sim::StringTransport wire;
};

}  // namespace ropewalk::test
