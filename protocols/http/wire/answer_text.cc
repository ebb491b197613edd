#include "http/wire/answer_text.h"

#include <array>
#include <charconv>

#include "ropewalk/http/text.h"

namespace ropewalk::http::wire {
namespace {

void appendNumber(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), end.ptr);
}

// RFC 9110 6.2: the version is that of the server, also to a client of HTTP/1.0.
void appendStatusLine(std::string& out, int status, std::string_view reason) {
  if (status == 200 && reason.empty()) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  appendNumber(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason.empty() ? reasonPhrase(status) : reason).append("\r\n");
}

void appendFraming(std::string& out, const AnswerHead& head, bool isChunked) {
  if (head.body == AnswerHead::Body::Sized) {
    out.append("Content-Length: ");
    appendNumber(out, head.length);
    out.append("\r\n");
  } else if (isChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

void appendConnection(std::string& out, AnswerTerms::Connection connection) {
  switch (connection) {
    case AnswerTerms::Connection::Close:
      out.append("Connection: close\r\n");
      break;
    case AnswerTerms::Connection::KeepAlive:
      out.append("Connection: keep-alive\r\n");
      break;
    case AnswerTerms::Connection::Unsaid:
      break;
  }
}

}  // namespace

// In the order of forEachField().
void appendHead(std::string& out, const AnswerHead& head, const AnswerTerms& terms) {
  appendStatusLine(out, head.status, head.reason);
  out.append(terms.dateLine);
  if (!head.type.empty()) out.append("Content-Type: ").append(head.type).append("\r\n");
  appendFraming(out, head, terms.isChunked);
  if (head.lastModified) {
    out.append("Last-Modified: ").append(formatDate(*head.lastModified)).append("\r\n");
  }
  if (!head.tag.empty()) out.append("ETag: ").append(head.tag).append("\r\n");
  if (head.hasRanges) out.append("Accept-Ranges: bytes\r\n");
  out.append(head.fields.lines());
  appendConnection(out, terms.connection);
  out.append("\r\n");
}

void appendUpgradeHead(std::string& out, std::string_view protocol, const FieldList& fields,
                       std::string_view dateLine) {
  appendStatusLine(out, 101, {});
  out.append(dateLine).append("Connection: Upgrade\r\nUpgrade: ").append(protocol);
  out.append("\r\n").append(fields.lines()).append("\r\n");
}

void appendChunkSize(std::string& out, std::uint64_t size) {
  appendNumber(out, size, 16);
  out.append("\r\n");
}

}  // namespace ropewalk::http::wire
