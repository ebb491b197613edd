#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/wire/date.h"
#include "ropewalk/http/field_list.h"

namespace ropewalk::http::wire {

// The head of an answer before it is the text of any version of HTTP. Views, good while the
// response that it was made from is not changed.
struct AnswerHead {
  // What there is of a body, whether it is sent or, as the answer to HEAD, only described.
  enum class Body : std::uint8_t {
    None,   // never: 204 and 304
    Sized,  // `length` bytes
    Open,   // as many as will be written
  };

  int status = 200;
  std::string_view reason;  // empty: the usual one; HTTP/1 alone sends it
  WallTime date;
  std::string_view type;  // Content-Type, unless `fields` has it or there is none
  Body body = Body::None;
  std::uint64_t length = 0;
  std::optional<WallTime> lastModified;
  std::string_view tag;  // with its quotes
  bool hasRanges = false;
  bool endsConnection = false;  // by the handler's wish
  const FieldList& fields;
};

// Calls visit(name, value) for each field of `head`, in the order in which they are sent: what an
// encoder needs that does not write HTTP/1 text (see answer_text.h for that).
template <typename Visit>
void forEachField(const AnswerHead& head, const Visit& visit) {
  visit(std::string_view("Date"), std::string_view(formatDate(head.date)));
  if (!head.type.empty()) visit(std::string_view("Content-Type"), head.type);
  if (head.body == AnswerHead::Body::Sized) {
    visit(std::string_view("Content-Length"), std::string_view(std::to_string(head.length)));
  }
  if (head.lastModified) {
    visit(std::string_view("Last-Modified"), std::string_view(formatDate(*head.lastModified)));
  }
  if (!head.tag.empty()) visit(std::string_view("ETag"), head.tag);
  if (head.hasRanges) visit(std::string_view("Accept-Ranges"), std::string_view("bytes"));
  head.fields.forEach(visit);
}

}  // namespace ropewalk::http::wire
