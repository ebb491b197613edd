#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/wire/body_decoder.h"
#include "http/wire/fault.h"
#include "http/wire/framing.h"
#include "http/wire/head_parser.h"
#include "http/wire/request_head.h"
#include "http/wire/target.h"
#include "ropewalk/http/limits.h"

namespace ropewalk::http::wire {

// Reads one request out of a connection's bytes: its head, what the head means, its body. Does no
// I/O.
//
// Order: NeedMore* Head (NeedMore | Piece)* Complete, and Bad instead of any of them.
class RequestReader {
 public:
  enum class Result : std::uint8_t { NeedMore, Head, Piece, Complete, Bad };

  // `limits` must outlive the reader.
  explicit RequestReader(const Limits& limits) : limits_(limits), parser_(head_, limits) {}
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes what it needs from the front of `bytes` and no more: after Complete, what is left is the
  // next request. REQUIRES: no earlier call answered Complete or Bad.
  Result feed(std::string_view& bytes);

  // From Head on. Until keepHead() the views are into the bytes that were fed when Head was
  // answered, unless the head had come in pieces.
  const RequestHead& head() const { return head_; }
  const Target& target() const { return target_; }
  const Framing& framing() const { return framing_; }

  // Copies the head, `bytes` being those that were fed when Head was answered, so that it depends
  // on no buffer any more.
  void keepHead(std::string_view bytes);

  // After Piece: the next part of the body, a view into the bytes that were fed.
  std::string_view piece() const { return body_->piece(); }

  // Bytes of the body that are still to come; empty if only its end will tell. REQUIRES: Head.
  std::optional<std::uint64_t> bodyLeft() const { return body_->left(); }

  // After Bad.
  Fault fault() const { return fault_; }

  // True if the method is HEAD, also of a request line that is refused.
  bool isHead() const { return parser_.isHead(); }

  // True once anything has come but the CRLF that may precede a request.
  bool hasBegun() const { return parser_.hasBegun(); }

 private:
  Result headComplete();
  void takeTargetApart();
  Result feedBody(std::string_view& bytes);

  const Limits& limits_;
  RequestHead head_;
  HeadParser parser_;
  Target target_;
  Framing framing_;
  std::optional<BodyDecoder> body_;
  Fault fault_ = Fault::None;
};

}  // namespace ropewalk::http::wire
