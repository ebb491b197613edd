// The I/O around a FilterCodec. The owner and the codec need different events: during a handshake
// the filter reads although the connection is paused, and waits for room although it has no output.
// applyInterest() combines both.

#include "transport/channel_filter.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sys/kernel.h"

namespace ropewalk::detail {

namespace {

constexpr std::size_t kWireRead = 16 * 1024;

// Reads of the wire in one receive(), so that input which decodes to little or nothing does not
// delay the other connections.
constexpr int kPulls = 8;

// The most output encoded before it is sent.
constexpr std::size_t kBatch = 64 * 1024;

// The most bytes of a file read and encoded at once.
constexpr std::size_t kFilePiece = 32 * 1024;

// The codec's answers that may be unsent, in bytes. Above it nothing is read, because the peer must
// not make the codec answer for ever without taking the answers.
constexpr std::size_t kMostAnswers = 64 * 1024;

// While it lives, a call of the owner is running; calls may be nested.
class Running {
 public:
  explicit Running(bool& isCalled) : isCalled_(isCalled), before_(std::exchange(isCalled, true)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { isCalled_ = before_; }

 private:
  bool& isCalled_;
  const bool before_;
};

}  // namespace

ChannelFilter::ChannelFilter(std::unique_ptr<FilterCodec> codec) : codec_(std::move(codec)) {}

ChannelFilter::~ChannelFilter() = default;

void ChannelFilter::attach(std::unique_ptr<Channel> wire, std::string_view unread,
                           std::size_t clear) noexcept {
  wire_ = std::move(wire);
  clear_ = clear;
  ChannelOwner& self = *this;
  wire_->setOwner(self);
  withCodec([&] {
    codec_->begin(out_);
    if (!unread.empty()) codec_->received(unread, out_);
  });
}

template <typename Call>
void ChannelFilter::withCodec(const Call& call) noexcept {
  if (failure_) return;
  try {
    call();
  } catch (...) {
    failure_ = Failure::current();
  }
}

void ChannelFilter::setInterest(Interest interest) {
  wanted_ = interest;
  if (interest == Interest::Nothing) return applyInterest();
  {
    const Running running(isCalled_);
    flush();
    applyInterest();
  }
  if (isBroken()) return reportBroken();
  if (mayHold_ && has(wanted_, Interest::Read)) owner_->readSoon();
}

void ChannelFilter::reportBroken() noexcept {
  owner_->broken(failure_ ? kFilterFailed : wireError_);
}

// From inside a call of the owner, broken() would come before the call's own result.
void ChannelFilter::reportLater() noexcept {
  if (isBroken()) owner_->readSoon();
}

void ChannelFilter::broken(int error) noexcept {
  noteError(error);
  if (!isCalled_) reportBroken();
}

void ChannelFilter::noteError(int error) noexcept {
  if (error != kFilterFailed) {
    wireError_ = error;
  } else if (!failure_) {
    failure_ = wire_->failure();
  }
}

bool ChannelFilter::isFlooded() const { return answers_ > kMostAnswers; }

void ChannelFilter::applyInterest() {
  charge_.set(heapBytes(out_));
  Interest needed = Interest::Nothing;
  if (wanted_ != Interest::Nothing) {
    const bool reads = has(wanted_, Interest::Read) || (!isOpen() && !failure_);
    const bool encodes = clear_ == 0;
    const bool writes = encodes && !out_.empty();
    const bool mayWrite = !encodes || isOpen();
    if (reads && !wireEnded_ && !isFlooded()) needed = needed | Interest::Read;
    if (writes || (has(wanted_, Interest::Write) && mayWrite)) needed = needed | Interest::Write;
    if (needed == Interest::Nothing) needed = Interest::Broken;
  }
  wire_->setInterest(needed);
}

// Reads once from the wire, and passes the bytes to the codec. Returns false if nothing was read.
bool ChannelFilter::pull() noexcept {
  if (wireEnded_ || failure_ || isFlooded()) return false;
  char bytes[kWireRead];
  const Transfer got = wire_->receive(bytes, sizeof bytes);
  if (got.bytes <= 0) {
    wireEnded(got);
    return false;
  }
  const std::size_t before = out_.size();
  withCodec([&] { codec_->received({bytes, static_cast<std::size_t>(got.bytes)}, out_); });
  if (finishes_) out_.resize(before);  // nothing may follow the farewell
  answers_ += out_.size() - before;
  return true;
}

void ChannelFilter::wireEnded(const Transfer& got) noexcept {
  if (got.bytes < 0 && wouldBlock(got.error)) return;
  wireEnded_ = true;
  if (got.bytes == 0) return withCodec([this] { codec_->receivedEnd(); });
  noteError(got.error);
}

Transfer ChannelFilter::receive(char* buffer, std::size_t size) {
  const Running running(isCalled_);
  std::size_t got = 0;
  bool isDry = false;
  for (int pulls = 0; !isDry; ++pulls) {
    withCodec([&] { got += codec_->decode(buffer + got, size - got); });
    if (got == size || pulls == kPulls) break;
    isDry = !pull();
  }
  flush();
  applyInterest();
  mayHold_ = !isDry || wireEnded_ || isBroken() || codec_->isAtEnd();
  if (got == 0 && failure_) return {-1, kFilterFailed};
  if (got == 0 && codec_->isAtEnd()) return {0, 0};
  if (got == 0 && wireError_ != 0) return {-1, wireError_};
  if (mayHold_) owner_->readSoon();
  return got > 0 ? Transfer{static_cast<std::ptrdiff_t>(got), 0} : Transfer{-1, EAGAIN};
}

// Sends the encoded bytes. False if some are left.
bool ChannelFilter::flush() noexcept {
  while (clear_ == 0 && !out_.empty()) {
    const iovec piece{out_.data(), out_.size()};
    const Transfer sent = wire_->send(&piece, 1);
    if (sent.bytes < 0) {
      if (!wouldBlock(sent.error)) noteError(sent.error);
      return false;
    }
    out_.erase(0, static_cast<std::size_t>(sent.bytes));
  }
  if (!out_.empty()) return false;
  std::string().swap(out_);
  answers_ = 0;
  return true;
}

// The result of a send that sent nothing.
Transfer ChannelFilter::blocked() const noexcept {
  if (failure_) return {-1, kFilterFailed};
  return {-1, wireError_ != 0 ? wireError_ : EAGAIN};
}

Transfer ChannelFilter::send(const iovec* pieces, int count) {
  const Running running(isCalled_);
  if (clear_ > 0) return sendClear(pieces, count);
  if (!flush() || !isOpen()) return blocked();
  // The first bytes were encoded by an earlier call.
  std::size_t sent = std::exchange(encoded_, 0);
  for (;;) {
    encoded_ = encodePieces(pieces, count, sent);
    if (encoded_ == 0 || !flush()) break;
    sent += std::exchange(encoded_, 0);
  }
  applyInterest();
  if (sent == 0) return blocked();
  reportLater();
  return {static_cast<std::ptrdiff_t>(sent), 0};
}

// Encodes at most kBatch bytes after the first `skip`; returns how many.
std::size_t ChannelFilter::encodePieces(const iovec* pieces, int count, std::size_t skip) noexcept {
  std::size_t encoded = 0;
  for (int i = 0; i < count && encoded < kBatch; ++i) {
    std::string_view bytes(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    const std::size_t passed = std::min(skip, bytes.size());
    skip -= passed;
    bytes = bytes.substr(passed, kBatch - encoded);
    if (bytes.empty()) continue;
    withCodec([&] { codec_->encode(bytes, out_); });
    if (failure_) return 0;
    encoded += bytes.size();
  }
  return encoded;
}

Transfer ChannelFilter::sendClear(const iovec* pieces, int count) {
  iovec first = pieces[0];
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  Transfer sent;
  if (size <= clear_) {
    sent = wire_->send(pieces, count);
  } else {
    first.iov_len = std::min(first.iov_len, clear_);
    sent = wire_->send(&first, 1);
  }
  return clearSent(sent);
}

// The codec's own output follows the last unencoded byte.
Transfer ChannelFilter::clearSent(const Transfer& sent) {
  if (sent.bytes > 0) clear_ -= static_cast<std::size_t>(sent.bytes);
  if (clear_ == 0) flush();
  applyInterest();
  return sent;
}

Transfer ChannelFilter::sendFile(int file, std::uint64_t offset, std::size_t count) {
  const Running running(isCalled_);
  if (clear_ > 0) return clearSent(wire_->sendFile(file, offset, std::min(count, clear_)));
  if (!flush() || !isOpen()) return blocked();
  if (encoded_ > 0) return {static_cast<std::ptrdiff_t>(std::exchange(encoded_, 0)), 0};
  std::string bytes(std::min(count, kFilePiece), '\0');
  const ssize_t got =
      sys::kernel.pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (got <= 0) return {got, got < 0 ? errno : 0};
  const iovec piece{bytes.data(), static_cast<std::size_t>(got)};
  return send(&piece, 1);
}

// During the handshake the farewell must wait, because the peer would not understand it.
bool ChannelFilter::finish() {
  if (resets_ || isBroken()) return true;
  const Running running(isCalled_);
  if (!finishes_ && isOpen()) {
    finishes_ = true;
    withCodec([this] { codec_->finish(out_); });
  }
  const bool isSent = flush() && finishes_ && wire_->finish();
  applyInterest();
  reportLater();
  return isSent || isBroken();
}

void ChannelFilter::readReady() noexcept {
  if (has(wanted_, Interest::Read)) return owner_->readReady();
  shakeHands();
}

// The connection is paused, but the handshake goes on.
void ChannelFilter::shakeHands() noexcept {
  {
    const Running running(isCalled_);
    bool isDry = false;
    for (int pulls = 0; pulls < kPulls && !isDry && !isOpen(); ++pulls) isDry = !pull();
    mayHold_ = true;
    flush();
    applyInterest();
  }
  if (isBroken()) reportBroken();
}

void ChannelFilter::proceed() {
  if (!isOpen() && !isBroken()) shakeHands();
}

void ChannelFilter::writeReady() noexcept {
  bool isSent = false;
  {
    const Running running(isCalled_);
    const bool wasFlooded = isFlooded();
    isSent = flush();
    applyInterest();
    if (wasFlooded && !isFlooded()) owner_->readSoon();
  }
  if (isBroken()) return reportBroken();
  const bool mayWrite = clear_ > 0 || (isSent && isOpen());
  if (mayWrite && has(wanted_, Interest::Write)) owner_->writeReady();
}

void ChannelFilter::readSoon() noexcept {
  mayHold_ = true;
  if (has(wanted_, Interest::Read) || !isOpen()) owner_->readSoon();
}

}  // namespace ropewalk::detail
