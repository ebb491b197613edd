#include "http/wire/request_head.h"

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const Field each = field(i);
    if (equalNoCase(each.name, name)) return each.value;
  }
  return std::nullopt;
}

void RequestHead::keep(std::string_view bytes) {
  if (kept_) return;
  kept_ = true;
  storage_.assign(bytes);
  bytes_ = storage_.data();
}

void RequestHead::append(std::string_view bytes) {
  storage_.append(bytes);
  bytes_ = storage_.data();
}

void RequestHead::setRequest(std::string_view method, std::string_view target, Version version) {
  method_ = placeOf(method);
  target_ = placeOf(target);
  version_ = version;
}

void RequestHead::addField(std::string_view name, std::string_view value) {
  const FieldPlace place{placeOf(name), placeOf(value)};
  if (count_ < kInline) {
    inline_[count_] = place;
  } else {
    more_.push_back(place);
  }
  ++count_;
}

}  // namespace ropewalk::http::wire
