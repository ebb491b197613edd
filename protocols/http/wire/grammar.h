#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

// What the grammars of all fields and lines are built of: octets, numbers and lists.

namespace ropewalk::http::wire {

// What each octet may be part of, looked up in one table of 256 bytes.
enum class Octet : std::uint8_t {
  Token = 1,      // RFC 9110 5.6.2: methods, field names
  Target = 2,     // a request target: RFC 3986, and the few more that browsers send
  Query = 64,     // a target behind its first `?`: Target and `\`
  FieldText = 4,  // RFC 9110 5.5: field values: HTAB, SP, VCHAR, obs-text
  Digit = 8,
  HexDigit = 16,
  HostName = 32,  // RFC 3986 3.2.2: a registered name, without its escapes
};

constexpr std::array<std::uint8_t, 256> octetTable() {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view octets, Octet kind) {
    for (const char octet : octets) {
      auto& entry = table[static_cast<unsigned char>(octet)];
      entry = static_cast<std::uint8_t>(entry | static_cast<std::uint8_t>(kind));
    }
  };
  constexpr std::string_view alpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view digits = "0123456789";
  for (const std::string_view some : {alpha, digits}) {
    add(some, Octet::Token);
    add(some, Octet::HostName);
  }
  add("!#$%&'*+-.^_`|~", Octet::Token);
  // RFC 3986 does not allow `[]^`{|}` here, but browsers send them unescaped. Browsers escape `"<>`
  // and never send `#` (URL Standard, query percent-encode set). They send a raw `\` only in a
  // query: in a path they turn it into `/`.
  for (const Octet kind : {Octet::Target, Octet::Query}) {
    add(alpha, kind);
    add(digits, kind);
    add("-._~:/?@!$&'()*+,;=%[]^`{|}", kind);
  }
  add("\\", Octet::Query);
  add("-._~!$&'()*+,;=", Octet::HostName);
  add(digits, Octet::Digit);
  add(digits, Octet::HexDigit);
  add("ABCDEFabcdef", Octet::HexDigit);
  for (unsigned octet = 0; octet < 256; ++octet) {
    const bool control = (octet < 0x20 && octet != '\t') || octet == 0x7f;
    if (!control) table[octet] |= static_cast<std::uint8_t>(Octet::FieldText);
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kOctets = octetTable();

constexpr bool is(Octet kind, char octet) {
  return (kOctets[static_cast<unsigned char>(octet)] & static_cast<std::uint8_t>(kind)) != 0;
}

constexpr bool isAll(Octet kind, std::string_view octets) {
  for (const char octet : octets) {
    if (!is(kind, octet)) return false;
  }
  return true;
}

constexpr bool isToken(std::string_view text) { return !text.empty() && isAll(Octet::Token, text); }

constexpr bool isBlank(char octet) { return octet == ' ' || octet == '\t'; }

// Without the blanks at both ends (OWS, RFC 9110 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

constexpr char lowered(char octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet | 0x20) : octet;
}

// Equal but for the case of ASCII letters. No locale.
constexpr bool equalNoCase(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (lowered(one[i]) != lowered(other[i])) return false;
  }
  return true;
}

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

// Walks over a comma-separated field value (RFC 9110 5.6.1), blanks around each item taken off.
//
//   for (ListItems items(value); items.next();) use(items.item());
//
// An empty value has one empty item, `a,` two: empty items are shown, the caller decides about
// them. Commas inside quotes are not known here.
class ListItems {
 public:
  explicit ListItems(std::string_view value) : rest_(value) {}

  bool next() {
    if (done_) return false;
    const std::size_t comma = rest_.find(',');
    item_ = trimmed(rest_.substr(0, comma));
    done_ = comma == std::string_view::npos;
    if (!done_) rest_.remove_prefix(comma + 1);
    return true;
  }

  std::string_view item() const { return item_; }

 private:
  std::string_view rest_;
  std::string_view item_;
  bool done_ = false;
};

}  // namespace ropewalk::http::wire
