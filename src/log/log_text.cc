#include "log/log_text.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "ropewalk/detail/text.h"

namespace ropewalk::detail {
namespace {

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
    const Utf8Character first = firstCharacter(text);
    const std::string_view bytes = text.substr(0, first.size);
    text.remove_prefix(first.size);
    if (first.isValid && !isControl(first.code)) {
      out += bytes;
    } else {
      for (const char byte : bytes) appendEscaped(out, byte);
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
