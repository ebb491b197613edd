#include "ropewalk/http/file_part.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "http/files/file_part.h"

namespace ropewalk::http {

FilePart& FilePart::operator=(FilePart&& other) noexcept {
  FilePart old(std::move(*this));
  fd_ = std::exchange(other.fd_, -1);
  offset_ = other.offset_;
  size_ = other.size_;
  return *this;
}

FilePart::~FilePart() {
  if (fd_ >= 0) ::close(fd_);
}

FilePart FilePart::slice(std::uint64_t offset, std::uint64_t size) const {
  const int fd = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "dup a file to be sent");
  return {fd, offset_ + offset, size};
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
