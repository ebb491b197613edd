#pragma once

#include <cstddef>
#include <string_view>

namespace ropewalk::chat {

// What speaks against a name, whoever else has it.
enum class NameFault { None, Malformed, Reserved };

// Letters, digits, - and _ only: nothing that looks like another name, like a notice, or like
// nothing at all.
NameFault faultOf(std::string_view name, std::size_t longest);

// Equal but for the case of ASCII letters.
bool isSameWord(std::string_view left, std::string_view right);

}  // namespace ropewalk::chat
