#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace ropewalk::http {

// The largest number that any message may carry: 2^63 - 1.
inline constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

enum class Radix : std::uint8_t { Decimal = 10, Hex = 16 };

// The one place where digits from the wire become a number: digits and nothing else, at least one,
// and at most `max`; empty otherwise. Leading zeros mean nothing ("010" is ten).
std::optional<std::uint64_t> parseNumber(std::string_view digits, Radix radix = Radix::Decimal,
                                         std::uint64_t max = kMaxNumber);

// The value of one hexadecimal digit, or -1.
constexpr int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// The octet that the escape `%xx` at `at` stands for, or -1 if it is broken.
// REQUIRES: `text` has a `%` at `at`.
int escapedOctet(std::string_view text, std::size_t at);

}  // namespace ropewalk::http
