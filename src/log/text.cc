#include "ropewalk/detail/text.h"

namespace ropewalk::detail {
namespace {

// What a first byte demands of the bytes behind it: table 3-7 of Unicode 15. Size 0: no character
// begins with it.
struct Demand {
  std::size_t size;
  unsigned char lowestSecond;
  unsigned char highestSecond;
};

constexpr Demand demandOf(unsigned char first) {
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

// Bidi_Control of Unicode 15: marks, embeddings, overrides and isolates.
constexpr bool changesDirection(char32_t code) {
  const bool isMark = code == 0x061C || code == 0x200E || code == 0x200F;
  return isMark || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

Utf8Character firstCharacter(std::string_view text) noexcept {
  const auto byteAt = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byteAt(0);
  const Demand demand = demandOf(first);
  if (demand.size < 2) return {first, 1, demand.size == 1};
  char32_t code = first & (0x7Fu >> demand.size);
  for (std::size_t at = 1; at < demand.size; ++at) {
    const unsigned char lowest = at == 1 ? demand.lowestSecond : 0x80;
    const unsigned char highest = at == 1 ? demand.highestSecond : 0xBF;
    if (at == text.size() || byteAt(at) < lowest || byteAt(at) > highest) return {first, at, false};
    code = (code << 6) | (byteAt(at) & 0x3Fu);
  }
  return {code, demand.size, true};
}

bool isControl(char32_t code) noexcept {
  const bool isC0 = code < 0x20;
  const bool isDeleteOrC1 = code >= 0x7F && code < 0xA0;
  const bool isSeparator = code == 0x2028 || code == 0x2029;
  return isC0 || isDeleteOrC1 || isSeparator || changesDirection(code);
}

}  // namespace ropewalk::detail
