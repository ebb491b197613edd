#include "log/log_text.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <iterator>

namespace ropewalk::detail {
namespace {

// One character as read from the front of a text: its code point, and how many bytes it took.
// A length of 0 means that the text does not begin with a well-formed character.
struct Character {
  char32_t code;
  std::size_t length;
};

// RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
Character firstOf(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return {0, 0};
  char32_t code = byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return overlong || surrogate || code > 0x10FFFF ? Character{0, 0} : Character{code, length};
}

bool isHarmless(char32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;  // C0, DEL, C1
  if (code >= 0x2028 && code <= 0x202E) return false;  // line separators, direction overrides
  return code < 0x2066 || code > 0x2069;               // direction isolates
}

void pushArgument(fmt::dynamic_format_arg_store<fmt::format_context>& store,
                  const LogArgument& argument) {
  switch (argument.kind()) {
    case LogArgument::Kind::Bool:
      return store.push_back(argument.asBool());
    case LogArgument::Kind::Signed:
      return store.push_back(argument.asSigned());
    case LogArgument::Kind::Unsigned:
      return store.push_back(argument.asUnsigned());
    case LogArgument::Kind::Float:
      return store.push_back(argument.asFloat());
    case LogArgument::Kind::Text:
      return store.push_back(logField(argument.asText()));
    case LogArgument::Kind::Pointer:
      return store.push_back(argument.asPointer());
    case LogArgument::Kind::None:
      return;
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character first = firstOf(text);
    const std::size_t length = first.length == 0 ? 1 : first.length;
    const std::string_view bytes = text.substr(0, length);
    text.remove_prefix(length);
    if (first.length != 0 && isHarmless(first.code)) {
      out += bytes;
      continue;
    }
    for (const char byte : bytes) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return out;
}

std::string logField(std::string_view text) {
  if (text.size() <= kMaxLogField) return escaped(text);
  std::size_t end = kMaxLogField;
  // Not through the middle of a character; a text of nothing but continuation bytes is no text.
  while (end > kMaxLogField - 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return escaped(text.substr(0, end)) + "...";
}

std::string logText(std::string_view format, const LogArgument* arguments, std::size_t count) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (std::size_t i = 0; i < count; ++i) pushArgument(store, arguments[i]);
  try {
    return escaped(fmt::vformat(fmt::string_view(format.data(), format.size()), store));
  } catch (const fmt::format_error& error) {
    std::string out = logField(format) + " (bad format: " + error.what() + ")";
    for (std::size_t i = 0; i < count; ++i) {
      fmt::dynamic_format_arg_store<fmt::format_context> one;
      pushArgument(one, arguments[i]);
      out += " " + fmt::vformat("{}", one);
    }
    return out;
  }
}

}  // namespace ropewalk::detail
