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
  void refuse(int status, const char* why) {
    if (!framing_.refusal) framing_.refusal = {status, why};
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
  framing_.refusal = target_.refusal;
  checkRequestLine();
  for (std::size_t i = 0; i < head_.fieldCount(); ++i) take(head_.field(i));
  // RFC 9112 9.3: in HTTP/1.0 the client has to ask for it.
  framing_.keepAlive = !saysClose_ && (head_.minorVersion() == 1 || saysKeepAlive_);
  checkHost();
  if (hasLength_ && hasCodings_) {
    // RFC 9112 6.1 lets the coding win; that is how requests are smuggled.
    refuse(400, "both Content-Length and Transfer-Encoding");
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
  if (hasHost_) refuse(400, "more than one Host");
  hasHost_ = true;
  if (!isAuthority(value)) refuse(400, "a Host that is no host and port");
}

void FramingReader::takeLength(std::string_view value) {
  if (hasLength_) refuse(400, "more than one Content-Length");
  hasLength_ = true;
  const std::optional<std::uint64_t> length = parseNumber(value);
  if (!length) return refuse(400, "a Content-Length that is no number");
  framing_.body = *length > 0 ? Framing::Body::Length : Framing::Body::None;
  framing_.length = *length;
}

void FramingReader::takeCodings(std::string_view value) {
  if (hasCodings_) refuse(400, "more than one Transfer-Encoding");
  hasCodings_ = true;
  framing_.body = Framing::Body::Chunked;
  if (head_.minorVersion() == 0) refuse(400, "Transfer-Encoding in HTTP/1.0");
  if (equalNoCase(value, "chunked")) return;
  std::size_t codings = 0;
  bool known = true;
  for (ListItems items(value); items.next();) {
    if (items.item().empty()) continue;  // RFC 9110 5.6.1.2
    if (!isToken(items.item())) return refuse(400, "a malformed Transfer-Encoding");
    known = known && equalNoCase(items.item(), "chunked");
    ++codings;
  }
  if (codings == 0) return refuse(400, "a Transfer-Encoding without a coding");
  if (!known) return refuse(501, "a transfer coding other than chunked");
  // RFC 9112 6.1: chunked is applied once and last.
  if (codings > 1) refuse(400, "chunked more than once");
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
    if (!equalNoCase(items.item(), "100-continue")) return refuse(417, "an unknown expectation");
    // RFC 9110 10.1.1: from an HTTP/1.0 client it is ignored.
    framing_.expectsContinue = head_.minorVersion() == 1;
  }
}

void FramingReader::checkHost() {
  if (!hasHost_ && head_.minorVersion() == 1) refuse(400, "an HTTP/1.1 request without Host");
}

void FramingReader::checkRequestLine() {
  const bool asterisk = target_.form == Target::Form::Asterisk;
  if (head_.method() == "CONNECT") framing_.refusal = {501, "CONNECT is not spoken here"};
  if (asterisk && head_.method() != "OPTIONS") refuse(405, "only OPTIONS can be asked of *");
}

}  // namespace

Framing framingOf(const RequestHead& head, const Target& target) {
  return FramingReader(head, target).read();
}

}  // namespace ropewalk::http::wire
