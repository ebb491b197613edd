#include "http/file_tag.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace ropewalk::http {

std::string fileTag(const struct stat& status) {
  constexpr std::uint64_t second = 1'000'000'000;
  const std::uint64_t changed = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * second +
                                static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  std::array<char, 33> text;
  char* const end = text.data() + text.size();
  char* at = std::to_chars(text.data(), end, static_cast<std::uint64_t>(status.st_size), 16).ptr;
  *at++ = '-';
  at = std::to_chars(at, end, changed, 16).ptr;
  return {text.data(), at};
}

}  // namespace ropewalk::http
