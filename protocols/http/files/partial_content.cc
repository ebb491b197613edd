#include "http/files/partial_content.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "ropewalk/http/body_writer.h"

namespace ropewalk::http::files {
namespace {

constexpr std::string_view kContentRange = "Content-Range";

std::string contentRange(const ByteRange& part, std::uint64_t size) {
  return "bytes " + std::to_string(part.first) + "-" + std::to_string(part.first + part.size - 1) +
         "/" + std::to_string(size);
}

// The same for the same `salt`: a simulated world repeats itself. The finalizer of splitmix64.
std::string boundaryOf(std::uint64_t salt) {
  constexpr std::string_view digits = "0123456789abcdef";
  salt = (salt ^ (salt >> 30)) * 0xbf58476d1ce4e5b9;
  salt = (salt ^ (salt >> 27)) * 0x94d049bb133111eb;
  salt ^= salt >> 31;
  std::string boundary = "ropewalk-";
  for (int shift = 60; shift >= 0; shift -= 4) boundary += digits[salt >> shift & 15];
  return boundary;
}

}  // namespace

void PartialContent::cut(Response& response, std::string_view range, const Limits& limits,
                         std::uint64_t salt) {
  if (std::holds_alternative<Response::Stream>(response.body_)) return;
  const std::uint64_t size = response.sizeInMemory();
  const RangeChoice choice = chooseRanges(range, size, limits);
  if (choice.kind == RangeChoice::Kind::Whole) return;
  if (choice.kind == RangeChoice::Kind::Nothing) return sendNothing(response, size);
  response.status_ = 206;
  response.reason_.clear();
  if (choice.parts.size() == 1) return sendOne(response, choice.parts.front(), size);
  sendSeveral(response, choice.parts, size, salt);
}

void PartialContent::sendNothing(Response& response, std::uint64_t size) {
  response.dropBody(416);
  response.fields_.add(kContentRange, "bytes */" + std::to_string(size));
}

void PartialContent::sendOne(Response& response, const ByteRange& part, std::uint64_t size) {
  response.fields_.add(kContentRange, contentRange(part, size));
  if (auto* const file = std::get_if<FilePart>(&response.body_)) {
    file->narrow(part.first, part.size);
    return;
  }
  response.body_ = std::string(response.body().substr(part.first, part.size));
}

RangeParts::Body PartialContent::wholeBody(Response& response) {
  if (auto* const file = std::get_if<FilePart>(&response.body_)) return std::move(*file);
  if (auto* const shared = std::get_if<SharedBytes>(&response.body_)) return std::move(*shared);
  return std::move(std::get<std::string>(response.body_));
}

void PartialContent::sendSeveral(Response& response, const std::vector<ByteRange>& parts,
                                 std::uint64_t size, std::uint64_t salt) {
  const std::string boundary = boundaryOf(salt);
  std::string between = "\r\n--" + boundary + "\r\n";
  if (const auto type = response.header("Content-Type")) {
    between.append("Content-Type: ").append(*type).append("\r\n");
  }
  auto pieces = std::make_shared<RangeParts>(wholeBody(response));
  for (const ByteRange& part : parts) {
    std::string head = between;
    head.append(kContentRange).append(": ").append(contentRange(part, size)).append("\r\n\r\n");
    pieces->add(std::move(head), part);
  }
  pieces->end("\r\n--" + boundary + "--\r\n");
  const std::uint64_t length = pieces->size();
  response.setHeader("Content-Type", "multipart/byteranges; boundary=\"" + boundary + "\"");
  response.body_ =
      Response::Stream{[pieces](BodyWriter& out) { return pieces->writeTo(out); }, length};
}

}  // namespace ropewalk::http::files
