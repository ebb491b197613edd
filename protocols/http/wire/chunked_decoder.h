#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/wire/chunk_extension.h"
#include "http/wire/fault.h"
#include "http/wire/trailer.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// Takes the chunked coding off a body (RFC 9112 7.1). Does no I/O; the outcome does not depend on
// how the bytes are cut.
//
// Strict: a size is hexadecimal digits, at least one, then CRLF or an extension. Leading zeros are
// digits like others. Limits bounds each extension, the framing beyond the allowances, and the
// trailer section. A chunk may have any size.
class ChunkedDecoder {
 public:
  enum class Result { NeedMore, Piece, Complete, Bad };

  // `limits` must outlive the decoder.
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  // Takes what it needs from the front of `bytes` and no more.
  //
  // Piece: piece() is the next part of the body, and feed() may be called again at once, also with
  // nothing. REQUIRES: no earlier call answered Complete or Bad.
  Result feed(std::string_view& bytes);

  // A view into the bytes that feed() was given.
  std::string_view piece() const { return piece_; }

  // Why feed() answered Bad.
  Fault fault() const { return fault_; }

 private:
  enum class State : std::uint8_t { Size, Extension, SizeLf, Body, BodyCr, BodyLf, Trailer };

  void endChunk();
  std::uint64_t excess() const;
  Result takePiece(std::string_view& bytes);
  Result takeTrailer(std::string_view& bytes);
  bool takeOctet(char octet);
  bool takeSize(char octet);
  bool takeExtension(char octet);
  bool sizeLineEnded();
  bool refuse(Fault fault);

  const Limits& limits_;
  Fault fault_ = Fault::None;
  std::string_view piece_;
  std::uint64_t size_ = 0;           // of this chunk, as far as its digits have come
  std::uint64_t left_ = 0;           // of its bytes
  std::uint64_t cost_ = 0;           // octets of its framing
  std::uint64_t earlierExcess_ = 0;  // of the chunks before it
  std::size_t extensionSize_ = 0;
  ChunkExtension extension_;
  State state_ = State::Size;
  bool hasDigits_ = false;
  std::optional<TrailerReader> trailer_;  // only once the last chunk has come
};

}  // namespace ropewalk::http::wire
