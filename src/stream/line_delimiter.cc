#include "ropewalk/detail/line_delimiter.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace ropewalk::detail {

LineDelimiter::LineDelimiter(std::string text) : text_(std::move(text)) {
  assert(!text_.empty() && "a line must end in something");
}

std::optional<LineEnd> LineDelimiter::find(std::string_view held, std::string_view more) const {
  if (takesLoneLf_) return findLf(held, more);
  if (const auto across = findAcross(held, more)) return across;
  const std::size_t at = more.find(text_);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t line = held.size() + at;
  return LineEnd{line, line + text_.size()};
}

std::optional<LineEnd> LineDelimiter::findLf(std::string_view held, std::string_view more) const {
  const std::size_t at = more.find('\n');
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t line = held.size() + at;
  const bool hasCr = at > 0 ? more[at - 1] == '\r' : held.ends_with('\r');
  return LineEnd{hasCr ? line - 1 : line, line + 1};
}

// Finds a delimiter that begins in `held` and ends in `more`. The one that begins first ends the
// line.
std::optional<LineEnd> LineDelimiter::findAcross(std::string_view held,
                                                 std::string_view more) const {
  const std::string_view text = text_;
  for (std::size_t begun = std::min(held.size(), text.size() - 1); begun > 0; --begun) {
    if (held.ends_with(text.substr(0, begun)) && more.starts_with(text.substr(begun))) {
      const std::size_t line = held.size() - begun;
      return LineEnd{line, line + text.size()};
    }
  }
  return std::nullopt;
}

std::size_t LineDelimiter::begunIn(std::string_view held) const {
  const std::string_view text = text_;
  std::size_t begun = std::min(held.size(), text.size() - 1);
  while (begun > 0 && !held.ends_with(text.substr(0, begun))) --begun;
  return begun;
}

}  // namespace ropewalk::detail
