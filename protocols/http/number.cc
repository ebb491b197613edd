#include "http/number.h"

#include "http/octets.h"

namespace ropewalk::http {

int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char letter = lowered(digit);
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

std::optional<std::uint64_t> parseNumber(std::string_view digits, Radix radix, std::uint64_t max) {
  if (digits.empty()) return std::nullopt;
  const auto base = static_cast<std::uint64_t>(radix);
  std::uint64_t number = 0;
  for (const char digit : digits) {
    const int value = hexValue(digit);
    if (value < 0 || static_cast<std::uint64_t>(value) >= base) return std::nullopt;
    const auto added = static_cast<std::uint64_t>(value);
    // Asked before it is computed, so that nothing overflows.
    if (added > max || number > (max - added) / base) return std::nullopt;
    number = number * base + added;
  }
  return number;
}

}  // namespace ropewalk::http
