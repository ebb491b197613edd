#include "support/this_process.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <string>

namespace ropewalk::test {

std::vector<int> openDescriptors() {
  std::vector<int> open;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    const int fd = std::stoi(entry->d_name);
    if (fd != ::dirfd(folder.get())) open.push_back(fd);
  }
  return open;
}

int socketTo(int port) {
  for (const int fd : openDescriptors()) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0) continue;
    const bool isInet = peer.ss_family == AF_INET || peer.ss_family == AF_INET6;
    // The port is at the same place in both.
    if (isInet && ntohs(reinterpret_cast<sockaddr_in&>(peer).sin_port) == port) return fd;
  }
  return -1;
}

int socketOption(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  ::getsockopt(fd, level, name, &value, &length);
  return value;
}

std::chrono::microseconds processorTime() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return std::chrono::seconds(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         std::chrono::microseconds(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

}  // namespace ropewalk::test
