#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk::detail {

// The first character of a text in UTF-8.
struct Utf8Character {
  char32_t code;     // the first byte if it is not valid
  std::size_t size;  // in bytes
  bool isValid;      // false: `size` bytes that begin a character but do not finish it, or one byte
};

// An invalid piece is the longest that a decoder may replace by one U+FFFD (Unicode 15, 3.9,
// Substitution of Maximal Subparts). REQUIRES: `text` is not empty.
Utf8Character firstCharacter(std::string_view text) noexcept;

// Moves a terminal's cursor, breaks a line or changes the direction of the text behind it.
bool isControl(char32_t code) noexcept;

// Appends `\xNN`.
inline void appendEscaped(std::string& out, char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  out += "\\x";
  out += kHex[value >> 4];
  out += kHex[value & 15];
}

}  // namespace ropewalk::detail
