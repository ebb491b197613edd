#include "http/wire/framing.h"

#include <cstddef>
#include <optional>

#include "http/wire/authority.h"
#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

// Takes the fields that concern the message as a whole, one after the other.
class FramingReader {
 public:
  FramingReader(const RequestHead& head, const Target& target) : head_(head), target_(target) {}

  Framing read();

 private:
  void take(const RequestHead::Field& field);
  void takeHost(std::string_view value);
  void takeLength(std::string_view value);
  void takeCodings(std::string_view value);
  void takeConnection(std::string_view value);
  void takeExpectation(std::string_view value);
  void checkHost();
  void checkRequestLine();
  void refuse(Fault fault) {
    if (framing_.fault == Fault::None) framing_.fault = fault;
  }

  const RequestHead& head_;
  const Target& target_;
  Framing framing_;
  bool hasHost_ = false;
  bool hasLength_ = false;
  bool hasCodings_ = false;
  bool saysClose_ = false;
  bool saysKeepAlive_ = false;
};

Framing FramingReader::read() {
  framing_.fault = target_.fault;
  checkRequestLine();
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) take(head_.field(i));
  // RFC 9112 9.3: in HTTP/1.0 the client has to ask for it.
  framing_.keepAlive = !saysClose_ && (head_.minorVersion() == 1 || saysKeepAlive_);
  checkHost();
  if (hasLength_ && hasCodings_) {
    // RFC 9112 6.1 lets the coding win; that is how requests are smuggled.
    refuse(Fault::LengthAndCoding);
  }
  return framing_;
}

void FramingReader::take(const RequestHead::Field& field) {
  switch (field.name.size()) {
    case 4:
      if (equalNoCase(field.name, "host")) takeHost(field.value);
      break;
    case 6:
      if (equalNoCase(field.name, "expect")) takeExpectation(field.value);
      break;
    case 10:
      if (equalNoCase(field.name, "connection")) takeConnection(field.value);
      break;
    case 14:
      if (equalNoCase(field.name, "content-length")) takeLength(field.value);
      break;
    case 17:
      if (equalNoCase(field.name, "transfer-encoding")) takeCodings(field.value);
      break;
    default:
      break;
  }
}

void FramingReader::takeHost(std::string_view value) {
  if (hasHost_) refuse(Fault::SecondHost);
  hasHost_ = true;
  if (!isAuthority(value)) refuse(Fault::BadHost);
}

void FramingReader::takeLength(std::string_view value) {
  if (hasLength_) refuse(Fault::SecondLength);
  hasLength_ = true;
  const std::optional<std::uint64_t> length = parseNumber(value);
  if (!length) return refuse(Fault::BadLength);
  framing_.body = *length > 0 ? Framing::Body::Length : Framing::Body::None;
  framing_.length = *length;
}

void FramingReader::takeCodings(std::string_view value) {
  if (hasCodings_) refuse(Fault::SecondTransferEncoding);
  hasCodings_ = true;
  framing_.body = Framing::Body::Chunked;
  if (head_.minorVersion() == 0) refuse(Fault::TransferEncodingInHttp10);
  if (equalNoCase(value, "chunked")) return;
  std::size_t codings = 0;
  bool known = true;
  for (ListItems items(value); items.next();) {
    if (items.item().empty()) continue;  // RFC 9110 5.6.1.2
    if (!isToken(items.item())) return refuse(Fault::BadTransferEncoding);
    known = known && equalNoCase(items.item(), "chunked");
    ++codings;
  }
  if (codings == 0) return refuse(Fault::NoCoding);
  if (!known) return refuse(Fault::UnknownCoding);
  // RFC 9112 6.1: chunked is applied once and last.
  if (codings > 1) refuse(Fault::ChunkedTwice);
}

void FramingReader::takeConnection(std::string_view value) {
  for (ListItems items(value); items.next();) {
    saysClose_ = saysClose_ || equalNoCase(items.item(), "close");
    // HTTP/1.1 clients say it as well, where it has no effect.
    if (head_.minorVersion() == 1) continue;
    saysKeepAlive_ = saysKeepAlive_ || equalNoCase(items.item(), "keep-alive");
  }
}

void FramingReader::takeExpectation(std::string_view value) {
  for (ListItems items(value); items.next();) {
    if (items.item().empty()) continue;
    if (!equalNoCase(items.item(), "100-continue")) return refuse(Fault::UnknownExpectation);
    // RFC 9110 10.1.1: from an HTTP/1.0 client it is ignored.
    framing_.expectsContinue = head_.minorVersion() == 1;
  }
}

void FramingReader::checkHost() {
  if (!hasHost_ && head_.minorVersion() == 1) refuse(Fault::NoHost);
}

void FramingReader::checkRequestLine() {
  const bool asterisk = target_.form == Target::Form::Asterisk;
  if (head_.method() == "CONNECT") framing_.fault = Fault::Connect;
  if (asterisk && head_.method() != "OPTIONS") refuse(Fault::AsteriskWithoutOptions);
}

}  // namespace

Framing framingOf(const RequestHead& head, const Target& target) {
  return FramingReader(head, target).read();
}

}  // namespace ropewalk::http::wire
