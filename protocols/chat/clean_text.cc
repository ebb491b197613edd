#include "chat/clean_text.h"

#include <algorithm>
#include <cstddef>

#include "ropewalk/detail/text.h"

namespace ropewalk::chat {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

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
    const auto character = ropewalk::detail::firstCharacter(text);
    // A C1 byte that stands alone is no UTF-8, and a control character to some terminals.
    const bool isWhole = character.isValid || character.size == 1;
    if (isWhole && ropewalk::detail::isControl(character.code)) {
      clean += '?';
    } else {
      clean += character.isValid ? text.substr(0, character.size) : kReplacement;
    }
    text.remove_prefix(character.size);
  }
  return clean;
}

}  // namespace ropewalk::chat
