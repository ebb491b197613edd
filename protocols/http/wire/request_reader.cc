#include "http/wire/request_reader.h"

namespace ropewalk::http::wire {

RequestReader::Result RequestReader::feed(std::string_view& bytes) {
  if (body_) return feedBody(bytes);
  switch (parser_.feed(bytes)) {
    case HeadParser::Result::NeedMore:
      return Result::NeedMore;
    case HeadParser::Result::Complete:
      return headComplete();
    case HeadParser::Result::Bad:
      break;
  }
  fault_ = parser_.fault();
  return Result::Bad;
}

RequestReader::Result RequestReader::headComplete() {
  takeTargetApart();
  framing_ = framingOf(head_, target_);
  if (framing_.fault != Fault::None) {
    fault_ = framing_.fault;
    return Result::Bad;
  }
  body_.emplace(framing_, limits_);
  return Result::Head;
}

void RequestReader::takeTargetApart() {
  target_ = splitTarget(head_.target(), limits_);
  // RFC 9112 3.2.4: what a proxy would have passed on as `OPTIONS *`.
  if (target_.endsWithAuthority && head_.method() == "OPTIONS") {
    target_.form = Target::Form::Asterisk;
    target_.path = "*";
  }
}

void RequestReader::keepHead(std::string_view bytes) {
  if (head_.isKept()) return;
  head_.keep(bytes.substr(0, parser_.size()));
  takeTargetApart();
}

RequestReader::Result RequestReader::feedBody(std::string_view& bytes) {
  switch (body_->feed(bytes)) {
    case BodyDecoder::Result::NeedMore:
      return Result::NeedMore;
    case BodyDecoder::Result::Piece:
      return Result::Piece;
    case BodyDecoder::Result::Complete:
      return Result::Complete;
    case BodyDecoder::Result::Bad:
      break;
  }
  fault_ = body_->fault();
  return Result::Bad;
}

}  // namespace ropewalk::http::wire
