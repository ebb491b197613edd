#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/wire/chunked_decoder.h"
#include "http/wire/fault.h"
#include "http/wire/framing.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// Finds the body of one request in the bytes behind its head, in any of the three framings.
class BodyDecoder {
 public:
  using Result = ChunkedDecoder::Result;

  // `limits` must outlive the decoder.
  BodyDecoder(const Framing& framing, const Limits& limits);

  // As ChunkedDecoder::feed(). A body of length 0 is Complete at the first call.
  Result feed(std::string_view& bytes);

  std::string_view piece() const { return piece_; }
  Fault fault() const { return fault_; }

  // Bytes of the body that are still to come; empty if only its end will tell.
  std::optional<std::uint64_t> left() const;

 private:
  Result feedChunked(std::string_view& bytes);

  std::unique_ptr<ChunkedDecoder> chunked_;  // seldom there, and large
  std::uint64_t left_;
  std::string_view piece_;
  Fault fault_ = Fault::None;
};

}  // namespace ropewalk::http::wire
