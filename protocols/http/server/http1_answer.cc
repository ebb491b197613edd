// How an answer becomes HTTP/1 bytes: what is small leaves in one write with its head, what is
// large is handed over without a copy, and a body without a length goes out in chunks or, to an
// HTTP/1.0 client, until the connection closes.

#include "http/server/http1_answer.h"

#include <unistd.h>

#include <utility>
#include <variant>

#include "http/wire/answer_text.h"
#include "ropewalk/connection_limits.h"
#include "ropewalk/detail/water_marks.h"

namespace ropewalk::http::server {
namespace {

using Connection = wire::AnswerTerms::Connection;

// Up to this many bytes a body is copied behind its head; a longer one is handed over.
constexpr std::size_t kJoined = 2 * 1024;

// Up to this many bytes a file is read and sent with its head; a longer one goes by sendfile().
constexpr std::size_t kReadFile = 16 * 1024;

// Appends the part to `out`. False if the file does not have it (any more).
bool appendFile(const FilePart& part, std::string& out) {
  const std::size_t before = out.size();
  const auto size = static_cast<std::size_t>(part.size());
  out.resize(before + size);
  const ssize_t got =
      ::pread(part.file().get(), out.data() + before, size, static_cast<off_t>(part.offset()));
  if (got == static_cast<ssize_t>(size)) return true;
  out.resize(before);
  return false;
}

// RFC 9112 9.3: an HTTP/1.0 client keeps the connection only if the answer says so. It needs
// `close` as well, because the status line says HTTP/1.1.
Connection connectionFor(const Http1Answer::Terms& terms) {
  if (!terms.keepAlive) return Connection::Close;
  return terms.minorVersion == 0 ? Connection::KeepAlive : Connection::Unsaid;
}

}  // namespace

// RFC 9112 6.1: no transfer coding for a client of HTTP/1.0.
bool Http1Answer::endsByClose(const wire::AnswerHead& head, int minorVersion) {
  return minorVersion == 0 && head.body == wire::AnswerHead::Body::Open;
}

void Http1Answer::send(const wire::AnswerHead& head, Carrier::Body* body, const Terms& terms,
                       Transport& transport, std::string& scratch) {
  const bool isOpen = head.body == wire::AnswerHead::Body::Open;
  isChunked_ = isOpen && !endsByClose(head, terms.minorVersion);
  scratch.clear();
  wire::appendHead(
      scratch, head,
      {.dateLine = terms.dateLine, .isChunked = isChunked_, .connection = connectionFor(terms)});
  if (body == nullptr) return put(transport, scratch);
  bodySize_ = head.length;
  sendBody(*body, transport, scratch);
}

void Http1Answer::sendBody(Carrier::Body& body, Transport& transport, std::string& head) {
  if (auto* const text = std::get_if<std::string>(&body)) {
    if (text->size() <= kJoined) return put(transport, head.append(*text));
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
  if (shared == nullptr) return put(transport, head);
  if (shared->size() <= kJoined) return put(transport, head.append(shared->view()));
  put(transport, head);
  wireSize_ += shared->size();
  transport.write(*shared);
}

void Http1Answer::sendUpgrade(std::string_view protocol, const FieldList& fields,
                              std::string_view dateLine, Transport& transport) {
  std::string head;
  wire::appendUpgradeHead(head, protocol, fields, dateLine);
  transport.write(head);
}

void Http1Answer::put(Transport& transport, std::string_view bytes) {
  wireSize_ += bytes.size();
  transport.write(bytes);
}

void Http1Answer::put(Transport& transport, FilePart part) {
  wireSize_ += part.size();
  transport.writeFile(part.takeFile(), part.offset(), part.size());
}

void Http1Answer::beginChunk(std::uint64_t size, Transport& transport) {
  bodySize_ += size;
  if (!isChunked_) return;
  std::string line(owesLineEnd_ ? wire::kChunkEnd : "");
  wire::appendChunkSize(line, size);
  put(transport, line);
}

// While more waits than should, the line end waits for the next chunk or the end: a piece of any
// size is taken, but a write behind one that is larger than Limits::queued would end the
// connection.
void Http1Answer::endChunk(Transport& transport) {
  if (!isChunked_) return;
  owesLineEnd_ = transport.unsentBytes() > ropewalk::detail::waterMarks(transport.limits()).high;
  if (!owesLineEnd_) put(transport, wire::kChunkEnd);
}

void Http1Answer::write(std::string_view bytes, Transport& transport) {
  beginChunk(bytes.size(), transport);
  put(transport, bytes);
  endChunk(transport);
}

void Http1Answer::write(FilePart part, Transport& transport) {
  beginChunk(part.size(), transport);
  put(transport, std::move(part));
  endChunk(transport);
}

void Http1Answer::finish(Transport& transport) {
  if (!isChunked_) return;
  std::string end(owesLineEnd_ ? wire::kChunkEnd : "");
  put(transport, end.append(wire::kLastChunk));
}

}  // namespace ropewalk::http::server
