#include "http/wire/chunked_decoder.h"

#include <algorithm>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {

ChunkedDecoder::Result ChunkedDecoder::feed(std::string_view& bytes) {
  for (;;) {
    if (state_ == State::Trailer) return takeTrailer(bytes);
    if (bytes.empty()) return Result::NeedMore;
    if (state_ == State::Body) return takePiece(bytes);
    const char octet = bytes.front();
    bytes.remove_prefix(1);
    if (!takeOctet(octet)) return Result::Bad;
  }
}

ChunkedDecoder::Result ChunkedDecoder::takePiece(std::string_view& bytes) {
  const std::uint64_t size = std::min<std::uint64_t>(left_, bytes.size());
  piece_ = bytes.substr(0, size);
  bytes.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) state_ = State::BodyCr;
  return Result::Piece;
}

ChunkedDecoder::Result ChunkedDecoder::takeTrailer(std::string_view& bytes) {
  switch (trailer_->feed(bytes)) {
    case TrailerReader::Result::NeedMore:
      return Result::NeedMore;
    case TrailerReader::Result::Complete:
      return Result::Complete;
    case TrailerReader::Result::Bad:
      break;
  }
  fault_ = trailer_->fault();
  return Result::Bad;
}

// Framing beyond the allowances of the chunks, in octets, this chunk included.
std::uint64_t ChunkedDecoder::excess() const {
  const std::uint64_t allowed = std::min<std::uint64_t>(limits_.chunkAllowance, kMaxNumber) + size_;
  return earlierExcess_ + (cost_ > allowed ? cost_ - allowed : 0);
}

bool ChunkedDecoder::takeOctet(char octet) {
  ++cost_;
  if (excess() > limits_.chunkOverhead) return refuse(Fault::TooMuchChunkFraming);
  switch (state_) {
    case State::Size:
      return takeSize(octet);
    case State::Extension:
      return takeExtension(octet);
    case State::SizeLf:
      return octet == '\n' ? sizeLineEnded() : refuse(Fault::CarriageReturnBehindChunkSize);
    case State::BodyCr:
      state_ = State::BodyLf;
      return octet == '\r' || refuse(Fault::ChunkLongerThanSize);
    case State::BodyLf:
      endChunk();
      return octet == '\n' || refuse(Fault::ChunkLongerThanSize);
    case State::Body:
    case State::Trailer:
      break;
  }
  return false;
}

bool ChunkedDecoder::takeSize(char octet) {
  if (const int digit = hexValue(octet); digit >= 0) {
    if (size_ > (kMaxNumber >> 4)) return refuse(Fault::ChunkTooLarge);
    size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
    hasDigits_ = true;
    return true;
  }
  if (!hasDigits_) return refuse(Fault::BadChunkSize);
  if (octet == '\r') {
    state_ = State::SizeLf;
    return true;
  }
  state_ = State::Extension;
  return extension_.take(octet) || refuse(Fault::BadChunkSize);
}

bool ChunkedDecoder::takeExtension(char octet) {
  if (octet == '\r' && extension_.mayEnd()) {
    state_ = State::SizeLf;
    return true;
  }
  if (++extensionSize_ > limits_.chunkExtension) return refuse(Fault::ChunkExtensionTooLong);
  return extension_.take(octet) || refuse(Fault::BadChunkExtension);
}

bool ChunkedDecoder::sizeLineEnded() {
  hasDigits_ = false;
  extensionSize_ = 0;
  extension_ = ChunkExtension();
  left_ = size_;
  if (left_ > 0) {
    state_ = State::Body;
  } else {
    state_ = State::Trailer;
    trailer_.emplace(limits_);
  }
  return true;
}

void ChunkedDecoder::endChunk() {
  earlierExcess_ = excess();
  cost_ = size_ = 0;
  state_ = State::Size;
}

bool ChunkedDecoder::refuse(Fault fault) {
  fault_ = fault;
  return false;
}

}  // namespace ropewalk::http::wire
