#include "http/wire/grammar.h"

namespace ropewalk::http::wire {

namespace {

// So many digits of either radix cannot overflow.
constexpr std::size_t kSafeDigits = 15;

std::optional<std::uint64_t> parseShort(std::string_view digits, std::uint64_t base) {
  std::uint64_t number = 0;
  for (const char digit : digits) {
    const int value = hexValue(digit);
    if (value < 0 || static_cast<std::uint64_t>(value) >= base) return std::nullopt;
    number = number * base + static_cast<std::uint64_t>(value);
  }
  return number;
}

}  // namespace

std::optional<std::uint64_t> parseNumber(std::string_view digits, Radix radix, std::uint64_t max) {
  if (digits.empty()) return std::nullopt;
  if (digits.size() <= kSafeDigits) {
    const auto number = parseShort(digits, static_cast<std::uint64_t>(radix));
    return number && *number <= max ? number : std::nullopt;
  }
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

int escapedOctet(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return -1;
  const int high = hexValue(text[at + 1]);
  const int low = hexValue(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace ropewalk::http::wire
