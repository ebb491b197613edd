#include "http/wire/trailer.h"

#include <algorithm>
#include <array>

#include "http/wire/field_line.h"
#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

constexpr std::array<std::string_view, 27> kForbidden = {
    "Age",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Expect",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Max-Forwards",
    "Pragma",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Range",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
};

bool isForbidden(std::string_view name) {
  return std::ranges::any_of(
      kForbidden, [name](std::string_view forbidden) { return equalNoCase(name, forbidden); });
}

}  // namespace

TrailerReader::Result TrailerReader::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    const std::size_t lineFeed = bytes.find('\n');
    const bool whole = lineFeed != std::string_view::npos;
    const std::string_view piece = whole ? bytes.substr(0, lineFeed + 1) : bytes;
    if (piece.size() > limits_.trailer - size_) return refuse(Fault::TrailerTooLarge);
    size_ += piece.size();
    line_.append(piece);
    bytes.remove_prefix(piece.size());
    if (!whole) break;
    const Result result = lineReceived(line_);
    if (result != Result::NeedMore) return result;
    line_.clear();
  }
  return Result::NeedMore;
}

TrailerReader::Result TrailerReader::lineReceived(std::string_view line) {
  if (line == "\r\n") return Result::Complete;
  if (++fields_ > limits_.trailerFields) return refuse(Fault::TooManyTrailerFields);
  const FieldLine field = readFieldLine(line.data(), line.data() + line.size());
  if (field.next != line.data() + line.size()) {
    fault_ = whyNoFieldLine(line.substr(0, line.size() - 1));
    return Result::Bad;
  }
  if (isForbidden(field.name)) return refuse(Fault::ForbiddenTrailer);
  return Result::NeedMore;
}

TrailerReader::Result TrailerReader::refuse(Fault fault) {
  fault_ = fault;
  return Result::Bad;
}

}  // namespace ropewalk::http::wire
