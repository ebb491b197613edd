// Opens files beneath a directory. The kernel does the watching (openat2 with RESOLVE_BENEATH):
// there is no moment between a check and the opening in which a link could be put in place. Where
// openat2 is not to be had, each component is opened from the one before and no link is followed at
// all.

#include "http/files/root_directory.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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
FileDescriptor tried(const Open& open) {
  for (int tries = 1;; ++tries) {
    FileDescriptor opened(detail::aboveStandard(open()));
    if (opened || tries == kTries || (errno != EAGAIN && errno != EINTR)) return opened;
  }
}

bool isMissing(int error) { return error == ENOSYS || error == EPERM || error == E2BIG; }

}  // namespace

RootDirectory::RootDirectory(const std::string& path, Symlinks symlinks)
    : root_(detail::aboveStandard(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))),
      symlinks_(symlinks) {
  if (!root_) throw std::system_error(errno, std::generic_category(), "open the web root " + path);
}

RootDirectory::Found RootDirectory::open(const std::string& path) const {
  Found found;
  FileDescriptor opened = openBeneath(path.empty() ? "." : path);
  struct stat status;
  if (!opened || ::fstat(opened.get(), &status) != 0) {
    found.error = errno;
    return found;
  }
  found.isFile = S_ISREG(status.st_mode);
  found.isDirectory = S_ISDIR(status.st_mode);
  found.modified = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
  if (found.isFile) {
    found.file = FilePart(std::move(opened), 0, static_cast<std::uint64_t>(status.st_size));
    found.tag = fileTag(status);
  }
  return found;
}

FileDescriptor RootDirectory::openBeneath(const std::string& path) const {
  if (symlinks_ == Symlinks::Follow) {
    return tried([&] { return ::openat(root_.get(), path.c_str(), kFlags); });
  }
  open_how how{};
  how.flags = kFlags;
  how.resolve = resolveFlags(symlinks_);
  FileDescriptor opened = tried([&] {
    return static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how));
  });
  if (opened || !isMissing(errno)) return opened;
  return openByComponents(path);
}

FileDescriptor RootDirectory::openByComponents(const std::string& path) const {
  FileDescriptor directory;
  std::string_view rest = path;
  for (;;) {
    const int from = directory ? directory.get() : root_.get();
    const std::size_t slash = rest.find('/');
    const std::string component(rest.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    const int flags = last ? kFlags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    FileDescriptor opened = tried([&] { return ::openat(from, component.c_str(), flags); });
    if (last || !opened) return opened;
    directory = std::move(opened);
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace ropewalk::http::files
