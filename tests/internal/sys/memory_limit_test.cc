#include "sys/memory_limit.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "sys/kernel.h"

namespace ropewalk::sys {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// A machine, as a process sees it.
struct Machine {
  std::map<std::string, std::string> files = {};
  std::map<int, std::size_t> resources = {};
  std::size_t memory = 1024 * kMiB;
};
Machine machine;
std::vector<std::string> opened;

int openFile(const char* path, int) {
  if (!machine.files.contains(path)) {
    errno = ENOENT;
    return -1;
  }
  opened.emplace_back(path);
  return static_cast<int>(opened.size()) - 1;
}

ssize_t readFile(int fd, void* buffer, std::size_t size) {
  const std::string& text = machine.files.at(opened.at(static_cast<std::size_t>(fd)));
  const std::size_t count = std::min(size, text.size());
  std::memcpy(buffer, text.data(), count);
  return static_cast<ssize_t>(count);
}

int resourceLimit(int resource, struct rlimit* limit) {
  const auto found = machine.resources.find(resource);
  limit->rlim_cur = found != machine.resources.end() ? found->second : RLIM_INFINITY;
  return 0;
}

int describe(struct sysinfo* info) {
  *info = {};
  info->totalram = machine.memory / 4096;
  info->mem_unit = 4096;
  return 0;
}

// What availableMemory() says on `described`.
std::size_t memoryOf(Machine described) {
  machine = std::move(described);
  opened.clear();
  kernel.open = openFile;
  kernel.read = readFile;
  kernel.close = [](int) { return 0; };
  kernel.getrlimit = resourceLimit;
  kernel.sysinfo = describe;
  const std::size_t available = availableMemory();
  kernel = kKernel;
  return available;
}

TEST_CASE("without any limit a process can have what the machine has") {
  CHECK(memoryOf({}) == 1024 * kMiB);
}

TEST_CASE("the limit of a cgroup of version 2 holds, and that of each one around it") {
  const std::string self = "0::/user.slice/app.service\n";
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", self},
                            {"/sys/fs/cgroup/user.slice/app.service/memory.max",
                             "100663296\n"}}}) == 96 * kMiB);
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", self},
                            {"/sys/fs/cgroup/user.slice/app.service/memory.max", "max\n"},
                            {"/sys/fs/cgroup/user.slice/memory.max", "200000000\n"}}}) ==
        200'000'000);
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", self},
                            {"/sys/fs/cgroup/user.slice/app.service/memory.max", "max\n"}}}) ==
        1024 * kMiB);
}

TEST_CASE("a container sees its own cgroup at the root of the mount") {
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", "0::/\n"},
                            {"/sys/fs/cgroup/memory.max", "100663296\n"}}}) == 96 * kMiB);
  // Version 1, without a namespace of cgroups: the path is the host's.
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", "5:cpu:/\n4:memory:/docker/abc\n0::/\n"},
                            {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "100663296\n"}}}) ==
        96 * kMiB);
}

TEST_CASE("the limit of a cgroup of version 1 holds") {
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", "9:cpu,cpuacct:/a\n4:hugetlb,memory:/a/b\n"},
                            {"/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "100663296\n"}}}) ==
        96 * kMiB);
}

TEST_CASE("of RLIMIT_AS and RLIMIT_DATA it is what they leave that counts") {
  const auto page = static_cast<std::size_t>(::getpagesize());
  const std::map<std::string, std::string> files = {
      {"/proc/self/statm", "1000 900 800 7 0 60 0\n"}};
  CHECK(memoryOf({.files = files, .resources = {{RLIMIT_AS, 96 * kMiB}}}) ==
        96 * kMiB - 1000 * page);
  CHECK(memoryOf({.files = files, .resources = {{RLIMIT_DATA, 96 * kMiB}}}) ==
        96 * kMiB - 60 * page);
  CHECK(memoryOf({.files = files, .resources = {{RLIMIT_AS, page}}}) == 0);
}

TEST_CASE("text that is not as the kernel writes it is no limit") {
  for (const char* const text : {"", "\n", "::\n", "4\n", "4:memory\n", "4:memory:\n", "0::x\n"}) {
    CAPTURE(text);
    CHECK(cgroupLimitFiles(text).empty());
  }
  CHECK(memoryOf({.files = {{"/proc/self/cgroup", "0::/"}, {"/sys/fs/cgroup/memory.max", ""}}}) ==
        1024 * kMiB);
}

TEST_CASE("the default budget is a quarter, but at least 64 MiB or half of what there is") {
  CHECK(budgetFor(1024 * kMiB) == 256 * kMiB);
  CHECK(budgetFor(256 * kMiB) == 64 * kMiB);
  CHECK(budgetFor(200 * kMiB) == 64 * kMiB);
  CHECK(budgetFor(96 * kMiB) == 48 * kMiB);
  CHECK(budgetFor(0) == 0);
}

}  // namespace
}  // namespace ropewalk::sys
