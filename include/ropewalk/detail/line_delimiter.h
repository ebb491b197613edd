#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ropewalk/line_ending.h"

namespace ropewalk::detail {

// The end of the first line in some bytes.
struct LineEnd {
  std::size_t line;  // bytes of the line
  std::size_t next;  // ... and of its delimiter: the start of the next line
};

// The delimiter of lines, and how to find it.
//
// Keeps no state between calls: the caller keeps the collected bytes. Every byte is examined once,
// however the input is cut.
class LineDelimiter {
 public:
  explicit LineDelimiter(LineEnding ending) : takesLoneLf_(ending == LineEnding::LfOrCrLf) {}

  // Exactly `text` ends a line. REQUIRES: not empty.
  explicit LineDelimiter(std::string text);

  // Finds the end of the line that begins with `held`, which has no delimiter in it, and continues
  // with `more`. Counts from the start of `held`. Empty if `more` does not end the line.
  std::optional<LineEnd> find(std::string_view held, std::string_view more) const;

  // How many bytes at the end of `held`, which has no delimiter in it, may be the start of one.
  std::size_t begunIn(std::string_view held) const;

  // The delimiter to send after a line. No accepted delimiter is longer.
  std::string_view text() const { return text_; }

 private:
  std::optional<LineEnd> findLf(std::string_view held, std::string_view more) const;
  std::optional<LineEnd> findAcross(std::string_view held, std::string_view more) const;

  std::string text_ = "\r\n";
  bool takesLoneLf_ = false;
};

}  // namespace ropewalk::detail
