#include "ropewalk/http/field_list.h"

#include "http/wire/grammar.h"

namespace ropewalk::http {
namespace {

std::string lineOf(std::string_view name, std::string_view value) {
  std::string line;
  line.reserve(name.size() + value.size() + 4);
  return line.append(name).append(": ").append(value).append("\r\n");
}

bool isNamed(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         wire::equalNoCase(line.substr(0, name.size()), name);
}

std::size_t lineEnd(std::string_view lines, std::size_t at) { return lines.find('\n', at) + 1; }

}  // namespace

// A copy is made first: name and value may be views into the lines that are about to change.
void FieldList::add(std::string_view name, std::string_view value) {
  lines_ += lineOf(name, value);
}

void FieldList::set(std::string_view name, std::string_view value) {
  const std::string line = lineOf(name, value);
  remove(std::string_view(line).substr(0, name.size()));
  lines_ += line;
}

void FieldList::remove(std::string_view name) {
  for (std::size_t at = 0; at < lines_.size();) {
    const std::size_t end = lineEnd(lines_, at);
    if (isNamed(std::string_view(lines_).substr(at, end - at), name)) {
      lines_.erase(at, end - at);
    } else {
      at = end;
    }
  }
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
  for (std::size_t at = 0; at < lines_.size();) {
    const std::size_t end = lineEnd(lines_, at);
    if (isNamed(std::string_view(lines_).substr(at, end - at), name)) return lineAt(at).value;
    at = end;
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
