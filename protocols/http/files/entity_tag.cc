#include "http/files/entity_tag.h"

#include <cstddef>

#include "http/wire/grammar.h"

namespace ropewalk::http::files {

bool TagItems::next() {
  while (!rest_.empty() && (wire::isBlank(rest_.front()) || rest_.front() == ','))
    rest_.remove_prefix(1);
  item_.isWeak = rest_.starts_with("W/");
  if (item_.isWeak) rest_.remove_prefix(2);
  const std::size_t end = rest_.starts_with('"') ? rest_.find('"', 1) : std::string_view::npos;
  if (end == std::string_view::npos) {
    rest_ = {};
    return false;
  }
  item_.text = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  rest_ = wire::trimmed(rest_);
  const bool isWhole = rest_.empty() || rest_.front() == ',';
  if (!isWhole) rest_ = {};  // RFC 9110 5.6.1: a comma stands between two of them
  return isWhole;
}

}  // namespace ropewalk::http::files
