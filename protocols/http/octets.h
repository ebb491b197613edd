#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ropewalk::http {

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

}  // namespace ropewalk::http
