#include "ropewalk/detail/stream_awaiters.h"

#include <cassert>

#include "async/in_seconds.h"
#include "ropewalk/detail/coroutine_frame.h"
#include "ropewalk/detail/line_delimiter.h"
#include "ropewalk/error.h"
#include "ropewalk/stream_protocol.h"

namespace ropewalk::detail {
namespace {

// Nothing more can be read, and writes are dropped.
bool isOver(const Transport& transport) {
  return !transport.isConnected() || transport.isDisconnecting();
}

}  // namespace

bool StreamRead::ready() {
  outcome_ = examine();
  if (outcome_ != Outcome::Waiting) return true;
  if (isLimited()) stream_.makeReadLimit(within_);  // may throw, which wait() must not
  return false;
}

void StreamRead::wait() {
  assert(stream_.reader_ == nullptr && "two reads of one StreamProtocol at a time");
  stream_.setReader(this);
  if (isLimited()) stream_.readLimit_->set(within_);
}

std::optional<std::string> StreamRead::result() {
  if (outcome_ == Outcome::TooLong) throw LineTooLong(size_);
  if (outcome_ == Outcome::TimedOut) {
    throw PeerTimeoutError("the read timed out after " + inSeconds(within_) + " s");
  }
  if (outcome_ != Outcome::Found) return std::nullopt;
  std::string bytes(stream_.inbox_.bytes().substr(0, length_));
  stream_.take(next_);
  return bytes;
}

void StreamRead::changed() {
  outcome_ = examine();
  if (outcome_ != Outcome::Waiting) stopWaiting();
}

void StreamRead::timedOut() {
  outcome_ = Outcome::TimedOut;
  stopWaiting();
}

void StreamRead::stopWaiting() {
  stream_.setReader(nullptr);
  resumeSoon();
}

bool StreamRead::isLimited() const noexcept { return within_ != StreamProtocol::kForever; }

void StreamRead::cancelAwait(CancelCause cause) noexcept {
  stream_.setReader(nullptr);
  // A loop over lines ends as it does at the end of the input.
  if (wanted_ == Wanted::Line && cause == CancelCause::ScopeClosed) {
    outcome_ = Outcome::Ended;
    return resumeSoon();
  }
  raiseCancelled();
}

StreamRead::Outcome StreamRead::examine() {
  if (isOver(*stream_.transport)) return Outcome::Ended;
  if (stream_.givesBack()) return Outcome::Waiting;
  const std::string_view bytes = stream_.inbox_.bytes();
  Outcome outcome = Outcome::Waiting;
  if (wanted_ == Wanted::Some) {
    if (!bytes.empty()) outcome = found(bytes.size(), bytes.size());
  } else if (wanted_ == Wanted::Exactly) {
    if (bytes.size() >= size_) outcome = found(size_, size_);
  } else {
    outcome = examineDelimited(bytes);
  }
  return outcome == Outcome::Waiting && stream_.readEnded_ ? Outcome::Ended : outcome;
}

StreamRead::Outcome StreamRead::examineDelimited(std::string_view bytes) {
  const LineDelimiter delimiter = wanted_ == Wanted::Line ? LineDelimiter(stream_.ending_)
                                                          : LineDelimiter(std::string(delimiter_));
  const auto end = delimiter.find(bytes.substr(0, searched_), bytes.substr(searched_));
  if (end) return end->line > size_ ? Outcome::TooLong : found(end->line, end->next);
  searched_ = bytes.size();
  const std::size_t behind = delimiter.text().size();
  const bool tooLong = bytes.size() >= behind && bytes.size() - behind >= size_;
  return tooLong ? Outcome::TooLong : Outcome::Waiting;
}

StreamRead::Outcome StreamRead::found(std::size_t length, std::size_t next) noexcept {
  length_ = length;
  next_ = next;
  return Outcome::Found;
}

}  // namespace ropewalk::detail
