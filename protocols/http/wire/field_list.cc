#include "ropewalk/http/field_list.h"

#include "http/wire/grammar.h"

namespace ropewalk::http {
namespace {

std::string lineOf(std::string_view name, std::string_view value) {
  return std::string(name).append(": ").append(value).append("\r\n");
}

}  // namespace

// A copy is made first: name and value may be views into the lines that are about to change.
void FieldList::add(std::string_view name, std::string_view value) {
  lines_ += lineOf(name, value);
}

void FieldList::set(std::string_view name, std::string_view value) {
  const std::string line = lineOf(name, value);
  remove(std::string(name));
  lines_ += line;
}

void FieldList::remove(std::string_view name) {
  for (std::size_t at = 0; at < lines_.size();) {
    const Line line = lineAt(at);
    if (wire::equalNoCase(line.name, name)) {
      lines_.erase(at, line.next - at);
    } else {
      at = line.next;
    }
  }
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
  for (std::size_t at = 0; at < lines_.size();) {
    const Line line = lineAt(at);
    if (wire::equalNoCase(line.name, name)) return line.value;
    at = line.next;
  }
  return std::nullopt;
}

FieldList::Line FieldList::lineAt(std::size_t at) const {
  const std::size_t end = lines_.find('\r', at);
  const std::string_view line = std::string_view(lines_).substr(at, end - at);
  const std::size_t colon = line.find(':');
  return {line.substr(0, colon), wire::trimmed(line.substr(colon + 1)), end + 2};
}

}  // namespace ropewalk::http
