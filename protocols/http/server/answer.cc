#include "http/server/answer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ropewalk::http::server {
namespace {

using Body = wire::AnswerHead::Body;

// A file system may give a file any date.
std::optional<wire::WallTime> changeToTell(std::optional<wire::WallTime> changed,
                                           wire::WallTime now) {
  if (!changed || *changed < wire::kFirstDate) return std::nullopt;
  // RFC 9110 8.8.2.1: nothing was changed after the moment at which that is said.
  return std::min(*changed, now);
}

}  // namespace

std::shared_ptr<Protocol> Answer::handover(const Response& response) {
  const auto* const handover = std::get_if<Response::Handover>(&response.body_);
  return handover != nullptr ? handover->next : nullptr;
}

std::string_view Answer::upgrade(const Response& response) {
  return std::get<Response::Handover>(response.body_).upgrade;
}

bool Answer::isStreamOf(const Response& response) {
  return std::holds_alternative<Response::Stream>(response.body_);
}

void Answer::send(Response& response, bool isHead, wire::WallTime now, Carrier& carrier) {
  wire::AnswerHead head{.status = response.status_,
                        .reason = response.reason_,
                        .date = now,
                        .type = response.type_,
                        .lastModified = changeToTell(response.lastModified_, now),
                        .tag = response.tag_,
                        .hasRanges = response.ranges_,
                        .endsConnection = response.close_,
                        .fields = response.fields_};
  describeBody(response, head);
  isSized_ = head.body == Body::Sized;
  length_ = head.length;
  const bool isSent = !isHead && head.body != Body::None;
  auto* const stream = std::get_if<Response::Stream>(&response.body_);
  if (!isSent || stream == nullptr) return carrier.send(head, isSent ? &response.body_ : nullptr);
  writer_ = std::move(stream->write);
  carrier.begin(head);
}

void Answer::describeBody(Response& response, wire::AnswerHead& head) {
  if (head.status == 204 || head.status == 304) return;  // RFC 9110 15.3.5, 15.4.5: never a body
  if (head.status == 205) response.body_ = std::monostate();  // 15.3.6: an empty one
  const auto* const stream = std::get_if<Response::Stream>(&response.body_);
  if (stream != nullptr && !stream->length) {
    head.body = Body::Open;
    return;
  }
  head.body = Body::Sized;
  head.length = stream != nullptr ? *stream->length : response.sizeInMemory();
}

void Answer::count(std::uint64_t size) {
  if (isSized_ && size > length_ - written_) {
    throw std::length_error("http::BodyWriter: more than the length that was promised");
  }
  written_ += size;
}

void Answer::write(std::string_view bytes, Carrier& carrier) {
  if (bytes.empty()) return;
  count(bytes.size());
  carrier.write(bytes);
}

void Answer::write(FilePart part, Carrier& carrier) {
  if (part.size() == 0) return;
  count(part.size());
  carrier.write(std::move(part));
}

bool Answer::finish(Carrier& carrier) {
  if (isSized_ && written_ != length_) return false;
  carrier.finish();
  return true;
}

}  // namespace ropewalk::http::server
