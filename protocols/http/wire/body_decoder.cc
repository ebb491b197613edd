#include "http/wire/body_decoder.h"

#include <algorithm>

namespace ropewalk::http::wire {

BodyDecoder::BodyDecoder(const Framing& framing, const Limits& limits) : left_(framing.length) {
  if (framing.body == Framing::Body::Chunked) chunked_ = std::make_unique<ChunkedDecoder>(limits);
}

BodyDecoder::Result BodyDecoder::feed(std::string_view& bytes) {
  if (chunked_) return feedChunked(bytes);
  if (left_ == 0) return Result::Complete;
  if (bytes.empty()) return Result::NeedMore;
  const std::uint64_t size = std::min<std::uint64_t>(left_, bytes.size());
  piece_ = bytes.substr(0, size);
  bytes.remove_prefix(size);
  left_ -= size;
  return Result::Piece;
}

BodyDecoder::Result BodyDecoder::feedChunked(std::string_view& bytes) {
  const Result result = chunked_->feed(bytes);
  piece_ = chunked_->piece();
  fault_ = chunked_->fault();
  return result;
}

std::optional<std::uint64_t> BodyDecoder::left() const {
  if (chunked_) return std::nullopt;
  return left_;
}

}  // namespace ropewalk::http::wire
