#include "http/number.h"

namespace ropewalk::http {

std::optional<std::uint64_t> parseNumber(std::string_view digits, Radix radix, std::uint64_t max) {
  if (digits.empty()) return std::nullopt;
  const auto base = static_cast<std::uint64_t>(radix);
  std::uint64_t number = 0;
  for (const char digit : digits) {
    const int value = hexValue(digit);
    if (value < 0 || static_cast<std::uint64_t>(value) >= base) return std::nullopt;
    const bool overflows =
        __builtin_mul_overflow(number, base, &number) ||
        __builtin_add_overflow(number, static_cast<std::uint64_t>(value), &number);
    if (overflows || number > max) return std::nullopt;
  }
  return number;
}

}  // namespace ropewalk::http
