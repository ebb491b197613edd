// Opens files beneath a directory. The kernel does the watching (openat2 with RESOLVE_BENEATH):
// there is no moment between a check and the opening in which a link could be put in place. Where
// openat2 is not to be had, each component is opened from the one before and no link is followed at
// all.

#include "http/files/root_directory.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "http/files/file_part.h"
#include "ropewalk/detail/above_standard.h"

namespace ropewalk::http::files {
namespace {

// O_NONBLOCK: a FIFO without a writer must not stop the reactor.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

constexpr int kTries = 16;

std::uint64_t resolveFlags(Symlinks symlinks) {
  constexpr std::uint64_t common = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return symlinks == Symlinks::Refuse ? common | RESOLVE_NO_SYMLINKS : common;
}

// Retries after EAGAIN (a rename happened while the kernel checked whether a `..` leads out, or
// another process has a lease on the file) and EINTR (a signal came while a slow file system
// worked).
template <typename Open>
int tried(const Open& open) {
  for (int tries = 1;; ++tries) {
    const int fd = detail::aboveStandard(open());
    if (fd >= 0 || tries == kTries || (errno != EAGAIN && errno != EINTR)) return fd;
  }
}

bool isMissing(int error) { return error == ENOSYS || error == EPERM || error == E2BIG; }

}  // namespace

RootDirectory::RootDirectory(const std::string& path, Symlinks symlinks)
    : fd_(detail::aboveStandard(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))),
      symlinks_(symlinks) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "open the web root " + path);
}

RootDirectory::~RootDirectory() { ::close(fd_); }

RootDirectory::Found RootDirectory::open(const std::string& path) const {
  Found found;
  const int fd = openBeneath(path.empty() ? "." : path);
  if (fd < 0) {
    found.error = errno;
    return found;
  }
  found.file = FilePart(fd, 0, 0);
  struct stat status;
  if (::fstat(fd, &status) != 0) {
    found.error = errno;
    return found;
  }
  found.isFile = S_ISREG(status.st_mode);
  found.isDirectory = S_ISDIR(status.st_mode);
  found.modified = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
  if (found.isFile) {
    found.file = FilePart(found.file.release(), 0, static_cast<std::uint64_t>(status.st_size));
    found.tag = fileTag(status);
  }
  return found;
}

int RootDirectory::openBeneath(const std::string& path) const {
  if (symlinks_ == Symlinks::Follow) {
    return tried([&] { return ::openat(fd_, path.c_str(), kFlags); });
  }
  open_how how{};
  how.flags = kFlags;
  how.resolve = resolveFlags(symlinks_);
  const int fd = tried([&] {
    return static_cast<int>(::syscall(SYS_openat2, fd_, path.c_str(), &how, sizeof how));
  });
  if (fd >= 0 || !isMissing(errno)) return fd;
  return openByComponents(path);
}

int RootDirectory::openByComponents(const std::string& path) const {
  FilePart directory(-1, 0, 0);  // for its descriptor alone
  std::string_view rest = path;
  for (;;) {
    const int from = directory.fd() < 0 ? fd_ : directory.fd();
    const std::size_t slash = rest.find('/');
    const std::string component(rest.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    const int flags = last ? kFlags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    const int fd = tried([&] { return ::openat(from, component.c_str(), flags); });
    if (last || fd < 0) return fd;
    directory = FilePart(fd, 0, 0);
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace ropewalk::http::files
