#include "chat/name.h"

#include <algorithm>
#include <iterator>

#include "ropewalk/chat/room.h"

namespace ropewalk::chat {

namespace {

// Names that others would take for the server's own, or that commands could mean in another way.
constexpr std::string_view kReserved[] = {
    "admin",    "administrator", "all",    "everyone", "moderator", "nobody",
    "operator", "root",          "server", "system",   "you",
};

constexpr char lowered(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

constexpr bool isNameLetter(char letter) {
  const char low = lowered(letter);
  return (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '-' || low == '_';
}

constexpr bool isBefore(char left, char right) { return lowered(left) < lowered(right); }

}  // namespace

NameFault faultOf(std::string_view name, std::size_t longest) {
  if (name.empty() || name.size() > longest) return NameFault::Malformed;
  if (!std::all_of(name.begin(), name.end(), isNameLetter)) return NameFault::Malformed;
  const auto isTheName = [name](std::string_view word) { return isSameWord(name, word); };
  const bool isReserved = std::any_of(std::begin(kReserved), std::end(kReserved), isTheName);
  return isReserved ? NameFault::Reserved : NameFault::None;
}

bool isSameWord(std::string_view left, std::string_view right) {
  const auto isSame = [](char one, char other) { return lowered(one) == lowered(other); };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), isSame);
}

bool NameOrder::operator()(std::string_view left, std::string_view right) const {
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end(),
                                      isBefore);
}

}  // namespace ropewalk::chat
