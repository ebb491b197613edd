#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/line_ending.h"

namespace ropewalk::detail {

// Where the first line of some bytes ends.
struct LineEnd {
  std::size_t line;  // bytes of the line
  std::size_t next;  // the same with its delimiter: where the next line begins
};

// What ends a line, and how to find that.
//
// Keeps no state between calls: whoever collects bytes keeps them, and every byte is looked at
// once, however they come.
class LineDelimiter {
 public:
  explicit LineDelimiter(LineEnding ending) : takesLoneLf_(ending == LineEnding::LfOrCrLf) {}

  // Exactly `text` ends a line. REQUIRES: not empty.
  explicit LineDelimiter(std::string text);

  // The end of the line that begins with `held`, which has no delimiter in it, and goes on with
  // `more`. Counted from the beginning of `held`; nothing if `more` does not end it.
  std::optional<LineEnd> find(std::string_view held, std::string_view more) const;

  // How many bytes at the end of `held`, which has no delimiter in it, may be the beginning of one.
  std::size_t begunIn(std::string_view held) const;

  // What goes behind a line that is sent; no delimiter that is accepted is longer.
  std::string_view text() const { return text_; }

 private:
  std::optional<LineEnd> findLf(std::string_view held, std::string_view more) const;
  std::optional<LineEnd> findAcross(std::string_view held, std::string_view more) const;

  std::string text_ = "\r\n";
  bool takesLoneLf_ = false;
};

}  // namespace ropewalk::detail
