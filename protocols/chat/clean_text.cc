#include "chat/clean_text.h"

#include <algorithm>
#include <cstddef>

namespace ropewalk::chat {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One character of UTF-8, or the longest beginning of one that was not finished (Unicode 15, 3.9,
// U+FFFD Substitution of Maximal Subparts).
struct Character {
  char32_t point = 0;
  std::size_t size = 1;
  bool isValid = false;
};

// How many bytes a first byte promises, and which second bytes keep the promise: table 3-7 of
// Unicode 15.
struct Promise {
  std::size_t size;
  unsigned char lowest;
  unsigned char highest;
};

constexpr Promise promiseOf(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

constexpr unsigned char byteAt(std::string_view text, std::size_t place) {
  return static_cast<unsigned char>(text[place]);
}

Character firstOf(std::string_view text) {
  const unsigned char first = byteAt(text, 0);
  const Promise promise = promiseOf(first);
  Character character{first, 1, promise.size != 0};
  if (promise.size < 2) return character;
  character.point = first & (0x7Fu >> promise.size);
  for (; character.size < promise.size; ++character.size) {
    const bool isSecond = character.size == 1;
    const unsigned char low = isSecond ? promise.lowest : 0x80;
    const unsigned char high = isSecond ? promise.highest : 0xBF;
    const std::size_t place = character.size;
    if (place == text.size() || byteAt(text, place) < low || byteAt(text, place) > high) {
      return {first, character.size, false};
    }
    character.point = (character.point << 6) | (byteAt(text, place) & 0x3Fu);
  }
  return character;
}

// Bidi_Control of Unicode 15: marks, embeddings, overrides and isolates.
constexpr bool turns(char32_t point) {
  const bool isMark = point == 0x061C || point == 0x200E || point == 0x200F;
  return isMark || (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

constexpr bool isControl(char32_t point) {
  const bool isC0 = point < 0x20;
  const bool isDeleteOrC1 = point >= 0x7F && point < 0xA0;
  const bool isSeparator = point == 0x2028 || point == 0x2029;
  return isC0 || isDeleteOrC1 || isSeparator || turns(point);
}

constexpr bool isPlain(char letter) { return letter >= 0x20 && letter < 0x7F; }

}  // namespace

std::string cleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto plainEnd = std::find_if_not(text.begin(), text.end(), isPlain);
    const auto plain = static_cast<std::size_t>(plainEnd - text.begin());
    clean.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Character character = firstOf(text);
    // A C1 byte that stands alone is no UTF-8, and a control character to some terminals.
    const bool isAlone = character.isValid || character.size == 1;
    if (isAlone && isControl(character.point)) {
      clean += '?';
    } else {
      clean += character.isValid ? text.substr(0, character.size) : kReplacement;
    }
    text.remove_prefix(character.size);
  }
  return clean;
}

}  // namespace ropewalk::chat
