#pragma once

#include <string>
#include <string_view>

namespace ropewalk::chat {

// `text` as UTF-8 that is safe on anybody's terminal.
//
// A `?` stands for each C0 and C1 control character, line and paragraph separators, and those that
// change the direction of what follows; U+FFFD for each piece of what is not UTF-8. At most three
// times as long.
std::string cleanText(std::string_view text);

}  // namespace ropewalk::chat
