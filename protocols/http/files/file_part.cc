#include "ropewalk/http/file_part.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "http/files/file_part.h"

namespace ropewalk::http {

FilePart FilePart::slice(std::uint64_t offset, std::uint64_t size) const {
  FileDescriptor copy(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 3));
  if (!copy) throw std::system_error(errno, std::generic_category(), "dup a file to be sent");
  return {std::move(copy), offset_ + offset, size};
}

}  // namespace ropewalk::http

namespace ropewalk::http::files {

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

}  // namespace ropewalk::http::files
