#include "http/server/answer.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "ropewalk/connection_limits.h"
#include "ropewalk/detail/water_marks.h"
#include "ropewalk/http/text.h"

namespace ropewalk::http::server {
namespace {

// Up to this many bytes a body is copied behind its head; a longer one is handed over.
constexpr std::size_t kJoined = 2 * 1024;

// Up to this many bytes a file is read and sent with its head; a longer one goes by sendfile().
constexpr std::size_t kReadFile = 16 * 1024;

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

// Appends the part to `out`. False if the file does not have it (any more).
bool appendFile(const FilePart& part, std::string& out) {
  const std::size_t before = out.size();
  const auto size = static_cast<std::size_t>(part.size());
  out.resize(before + size);
  const ssize_t got =
      ::pread(part.fd(), out.data() + before, size, static_cast<off_t>(part.offset()));
  if (got == static_cast<ssize_t>(size)) return true;
  out.resize(before);
  return false;
}

}  // namespace

std::shared_ptr<Protocol> Answer::handover(const Response& response) {
  const auto* const handover = std::get_if<Response::Handover>(&response.body_);
  return handover != nullptr ? handover->next : nullptr;
}

std::string_view Answer::upgrade(const Response& response) {
  return std::get<Response::Handover>(response.body_).upgrade;
}

void Answer::sendUpgrade(const Response& response, std::string_view dateLine,
                         Transport& transport) {
  status_ = 101;
  std::string head;
  appendStatusLine(head, status_, {});
  head.append(dateLine).append("Connection: Upgrade\r\nUpgrade: ").append(upgrade(response));
  head.append("\r\n").append(response.fields_).append("\r\n");
  transport.write(head);
}

int Answer::status(const Response& response) { return response.status_; }

bool Answer::isStreamOf(const Response& response) {
  return std::holds_alternative<Response::Stream>(response.body_);
}

bool Answer::endsByClose(const Response& response, int minorVersion) {
  if (minorVersion != 0) return false;
  if (response.status_ == 204 || response.status_ == 205 || response.status_ == 304) return false;
  // RFC 9112 6.1: no transfer coding for a client of HTTP/1.0.
  const auto* const stream = std::get_if<Response::Stream>(&response.body_);
  return stream != nullptr && !stream->length;
}

void Answer::send(Response& response, const Terms& terms, Transport& transport,
                  std::string& scratch) {
  status_ = response.status_;
  chooseFraming(response, terms);
  scratch.clear();
  appendHead(response, terms, scratch);
  if (terms.isHead || framing_ == Framing::None || isStream()) {
    put(transport, scratch);
  } else {
    sendBody(response, transport, scratch);
  }
}

void Answer::chooseFraming(Response& response, const Terms& terms) {
  if (status_ == 204 || status_ == 304) return;           // RFC 9110 15.3.5, 15.4.5: never a body
  if (status_ == 205) response.body_ = std::monostate();  // 15.3.6: an empty one
  auto* const stream = std::get_if<Response::Stream>(&response.body_);
  if (stream == nullptr || stream->length) {
    framing_ = Framing::Length;
    length_ = stream != nullptr ? *stream->length : response.sizeInMemory();
  } else {
    framing_ = endsByClose(response, terms.minorVersion) ? Framing::UntilClose : Framing::Chunked;
  }
  if (stream != nullptr && !terms.isHead) writer_ = std::move(stream->write);
}

void Answer::appendHead(const Response& response, const Terms& terms, std::string& out) const {
  appendStatusLine(out, status_, response.reason_);
  out.append(terms.dateLine);
  if (!response.type_.empty()) {
    out.append("Content-Type: ").append(response.type_).append("\r\n");
  }
  if (framing_ == Framing::Length) {
    out.append("Content-Length: ");
    appendNumber(out, length_);
    out.append("\r\n");
  } else if (framing_ == Framing::Chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  // A file system may give a file any date.
  if (response.lastModified_ && *response.lastModified_ >= wire::kFirstDate) {
    // RFC 9110 8.8.2.1: nothing was changed after the moment at which that is said.
    const wire::WallTime changed = std::min(*response.lastModified_, terms.now);
    out.append("Last-Modified: ").append(wire::formatDate(changed)).append("\r\n");
  }
  if (!response.tag_.empty()) out.append("ETag: ").append(response.tag_).append("\r\n");
  if (response.ranges_) out.append("Accept-Ranges: bytes\r\n");
  out.append(response.fields_);
  // RFC 9112 9.3: an HTTP/1.0 client keeps the connection only if the answer says so. It needs
  // `close` as well, because the status line says HTTP/1.1.
  if (!terms.keepAlive) {
    out.append("Connection: close\r\n");
  } else if (terms.minorVersion == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void Answer::sendBody(Response& response, Transport& transport, std::string& head) {
  bodySize_ = length_;
  auto& body = response.body_;
  if (auto* const text = std::get_if<std::string>(&body); text && text->size() > kJoined) {
    put(transport, head);
    wireSize_ += text->size();
    return transport.write(std::move(*text));
  }
  if (auto* const file = std::get_if<FilePart>(&body)) {
    const bool joined = file->size() <= kReadFile && appendFile(*file, head);
    put(transport, head);
    if (!joined) put(transport, std::move(*file));
    return;
  }
  const auto* const shared = std::get_if<SharedBytes>(&body);
  if (shared && shared->size() > kJoined) {
    put(transport, head);
    wireSize_ += shared->size();
    return transport.write(*shared);
  }
  head.append(response.body());
  put(transport, head);
}

void Answer::put(Transport& transport, std::string_view bytes) {
  wireSize_ += bytes.size();
  transport.write(bytes);
}

void Answer::put(Transport& transport, FilePart part) {
  wireSize_ += part.size();
  transport.writeFile(part.release(), part.offset(), part.size());
}

void Answer::count(std::uint64_t size) {
  if (framing_ == Framing::Length && size > length_ - bodySize_) {
    throw std::length_error("http::BodyWriter: more than the length that was promised");
  }
  bodySize_ += size;
}

void Answer::beginChunk(std::uint64_t size, Transport& transport) {
  if (framing_ != Framing::Chunked) return;
  std::string line(owesLineEnd_ ? "\r\n" : "");
  appendNumber(line, size, 16);
  put(transport, line.append("\r\n"));
}

// While more waits than should, the line end waits for the next chunk or the end: a piece of any
// size is taken, but a write behind one that is larger than Limits::queued would end the
// connection.
void Answer::endChunk(Transport& transport) {
  if (framing_ != Framing::Chunked) return;
  owesLineEnd_ = transport.unsentBytes() > ropewalk::detail::waterMarks(transport.limits()).high;
  if (!owesLineEnd_) put(transport, "\r\n");
}

void Answer::write(std::string_view bytes, Transport& transport) {
  if (bytes.empty()) return;
  count(bytes.size());
  beginChunk(bytes.size(), transport);
  put(transport, bytes);
  endChunk(transport);
}

void Answer::write(FilePart part, Transport& transport) {
  if (part.size() == 0) return;
  count(part.size());
  beginChunk(part.size(), transport);
  put(transport, std::move(part));
  endChunk(transport);
}

bool Answer::finish(Transport& transport) {
  if (framing_ == Framing::Chunked) put(transport, owesLineEnd_ ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
  return framing_ != Framing::Length || bodySize_ == length_;
}

}  // namespace ropewalk::http::server
