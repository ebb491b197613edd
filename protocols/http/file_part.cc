#include "ropewalk/http/file_part.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

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
