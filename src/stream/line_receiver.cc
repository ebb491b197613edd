#include "ropewalk/line_receiver.h"

#include <functional>
#include <stdexcept>

#include "log/tell_if_possible.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "stream/short_memory.h"
#include "stream/takes_lines.h"

// Lines are delivered without a copy where possible, from the chunk that the transport lends or
// from a string moved out of held_. One loop in deliver(Input&) does it. If a callback pauses,
// changes the mode or the delimiter, or pushes bytes back, this is recorded in the Input, in held_
// or in a flag, and the loop continues from there. So nothing recurses, and every byte is copied at
// most once, unless a pause or a change of delimiter leaves it undelivered.

namespace ropewalk {

// The part of `bytes` from `at` on is still to be delivered. `owned` holds it unless it belongs to
// the transport.
struct LineReceiver::Input {
  Input(LineReceiver& receiver, std::string_view all) : bytes(all), slot(&receiver.input_) {
    *slot = this;
  }
  Input(LineReceiver& receiver, std::string&& all, std::size_t from)
      : owned(std::move(all)), bytes(owned), at(from), slot(&receiver.input_) {
    *slot = this;
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { *slot = nullptr; }

  std::string_view rest() const { return bytes.substr(at); }
  bool isEmpty() const { return at == bytes.size(); }

  std::string_view takeAll() {
    const std::string_view all = rest();
    at = bytes.size();
    return all;
  }

  // Appends `more` to the undelivered part.
  void append(std::string&& more) {
    if (isEmpty()) {
      owned = std::move(more);
    } else {
      std::string joined(rest());
      joined += more;
      owned = std::move(joined);
    }
    bytes = owned;
    at = 0;
  }

  // If `tail` is the end of the delivered part, makes it undelivered again without a copy.
  bool putBack(std::string_view tail) {
    const char* const end = bytes.data() + bytes.size();
    const std::less<const char*> before;
    if (!isEmpty() || before(tail.data(), bytes.data()) || tail.data() + tail.size() != end) {
      return false;
    }
    at = bytes.size() - tail.size();
    return true;
  }

  std::string owned;
  std::string_view bytes;
  std::size_t at = 0;
  LineReceiver::Input** slot;
};

void LineReceiver::rawDataReceived(std::string_view) {
  throw std::logic_error("setRawMode() was called, but rawDataReceived() is not overridden");
}

void LineReceiver::lineLengthExceeded(std::string_view) { transport->loseConnection(); }

void LineReceiver::dataReceived(std::string_view data) {
  take(data);
  if (!held_.empty() || charge_.bytes() > 0) settleMemory();
}

// Input held back by a pause will be delivered when the pause ends. An unfinished line can only
// grow, so it ends the connection if memory is short.
void LineReceiver::settleMemory() {
  charge_.set(detail::heapBytes(held_));
  if (input_ != nullptr || isPaused_ || !detail::abortsForMemory(*transport, held_.size())) return;
  takeHeld();
  charge_.set(0);
}

void LineReceiver::take(std::string_view data) {
  if (input_ != nullptr || isPaused_) {
    held_.append(data);
    heldIsLine_ = false;
  } else if (held_.empty()) {
    deliver(data);
  } else if (heldIsLine_ && !isRaw_) {
    finishLine(data);
  } else {
    held_.append(data);
    deliverHeld();
  }
}

// `data` follows the unfinished line in held_. Copies only the part that belongs to that line.
void LineReceiver::finishLine(std::string_view data) {
  const auto end = delimiter_.find(held_, data);
  if (!end || isTooLong(*end)) {
    held_.append(data);
    if (end || isTooLong(held_)) deliverHeld();
    return;
  }
  std::string line = takeHeld();
  Input input(*this, data);
  input.at = end->next - line.size();
  line.append(data.substr(0, input.at));
  line.resize(end->line);
  if (!detail::takesLines(transport)) return;
  lineReceived(line);
  deliver(input);
}

void LineReceiver::deliver(std::string_view bytes) {
  Input input(*this, bytes);
  deliver(input);
}

void LineReceiver::deliverHeld() {
  const std::size_t from = heldFrom_;
  Input input(*this, takeHeld(), from);
  deliver(input);
}

// Delivers until the input is used up, only an unfinished line is left, or a callback stops it.
void LineReceiver::deliver(Input& input) {
  while (detail::takesLines(transport)) {
    if (input.isEmpty() && !held_.empty()) input.append(takeHeld());
    if (input.isEmpty()) return;
    if (isPaused_) return holdBack(input);
    if (transport->isBlocked()) return giveBack(input);
    if (isRaw_) {
      deliverRaw(input);
    } else if (!deliverLine(input)) {
      return;
    }
  }
}

// The transport delivers it again once the peer has taken enough output.
void LineReceiver::giveBack(Input& input) {
  std::string rest(input.takeAll());
  rest += takeHeld();
  transport->unread(std::move(rest));
}

void LineReceiver::deliverRaw(Input& input) {
  if (!held_.empty()) input.append(takeHeld());
  rawDataReceived(input.takeAll());
}

// Returns false if only an unfinished line is left, and keeps that line.
bool LineReceiver::deliverLine(Input& input) {
  const std::string_view rest = input.rest();
  const auto end = delimiter_.find({}, rest);
  if (end && !isTooLong(*end)) {
    input.at += end->next;
    lineReceived(rest.substr(0, end->line));
    return true;
  }
  if (!held_.empty()) {
    input.append(takeHeld());
    return true;
  }
  if (end || isTooLong(rest)) {
    lineLengthExceeded(input.takeAll());
    return true;
  }
  held_.assign(rest);
  heldIsLine_ = true;
  return false;
}

// Keeps the input that a pause leaves undelivered. A protocol may pause after each of many lines,
// so the rest must not be copied each time: an owned string is kept whole, and its delivered part
// is erased only once that is the larger part.
void LineReceiver::holdBack(Input& input) {
  std::string later = takeHeld();
  if (input.owned.empty()) {
    held_.assign(input.rest());
  } else {
    heldFrom_ = input.at;
    held_ = std::move(input.owned);
  }
  if (heldFrom_ > held_.size() / 2) held_.erase(0, std::exchange(heldFrom_, 0));
  held_ += later;
  heldIsLine_ = false;
}

std::string LineReceiver::takeHeld() {
  heldFrom_ = 0;
  heldIsLine_ = false;
  return std::exchange(held_, {});
}

void LineReceiver::setLineMode(std::string_view extra) {
  isRaw_ = false;
  if (extra.empty()) return;
  if (input_ != nullptr && held_.empty() && input_->putBack(extra)) return;
  LineReceiver::dataReceived(extra);
}

std::string LineReceiver::clearLineBuffer() {
  const std::size_t from = heldFrom_;
  std::string all = takeHeld().substr(from);
  if (input_ != nullptr) all.insert(0, input_->takeAll());
  charge_.set(0);
  return all;
}

void LineReceiver::setDelimiter(detail::LineDelimiter delimiter) {
  delimiter_ = std::move(delimiter);
  heldIsLine_ = false;
}

void LineReceiver::pauseProducing() {
  isPaused_ = true;
  transport->pauseProducing();
}

void LineReceiver::resumeProducing() {
  isPaused_ = false;
  transport->resumeProducing();
  const bool hasWork = !held_.empty() && (isRaw_ || !heldIsLine_);
  if (input_ != nullptr || !hasWork || !transport->isConnected()) return;
  try {
    deliverHeld();
    settleMemory();
  } catch (...) {
    const Failure why = Failure::current();
    transport->loseConnection(why);
    detail::tellIfPossible(
        [&] { logError("{}: a callback threw {}: {}", logPrefix(), why.typeName(), why); });
  }
}

void LineReceiver::stopProducing() {
  isPaused_ = true;
  transport->stopProducing();
}

}  // namespace ropewalk
