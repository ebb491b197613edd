// Reads the limits on this process's memory: the machine's memory (sysinfo(2)), the cgroup files of
// version 1 and 2, and the resource limits (getrlimit(2)).

#include "sys/memory_limit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

#include "ropewalk/file_descriptor.h"
#include "sys/kernel.h"

namespace ropewalk::sys {
namespace {

constexpr std::size_t kNoLimit = SIZE_MAX;

// The first 4 KiB of a system file; empty if it cannot be read.
std::string contentsOf(const char* path) {
  const FileDescriptor file(kernel.open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> bytes{};
  const ssize_t got = file ? kernel.read(file.get(), bytes.data(), bytes.size()) : -1;
  return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string();
}

// Removes the number at the front of `text`, and one blank after it, and returns it. Nothing if
// `text` begins with a word such as `max`.
std::optional<std::size_t> takeNumber(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const auto size = static_cast<std::size_t>(end - text.data());
  text.remove_prefix(std::min(text.size(), size + 1));
  return number;
}

std::size_t limitIn(const std::string& path) {
  const std::string text = contentsOf(path.c_str());
  std::string_view rest = text;
  return takeNumber(rest).value_or(kNoLimit);
}

std::size_t cgroupLimit() {
  std::size_t least = kNoLimit;
  for (const std::string& file : cgroupLimitFiles(contentsOf("/proc/self/cgroup"))) {
    least = std::min(least, limitIn(file));
  }
  return least;
}

std::size_t leftOf(int resource, std::size_t mapped) {
  struct rlimit limit {};
  if (kernel.getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNoLimit;
  return limit.rlim_cur - std::min<std::size_t>(limit.rlim_cur, mapped);
}

// /proc/self/statm lists pages: all, resident, shared, text, 0, data.
std::size_t resourceLimit() {
  const std::string text = contentsOf("/proc/self/statm");
  std::array<std::size_t, 6> pages{};
  std::string_view rest = text;
  for (std::size_t& each : pages) each = takeNumber(rest).value_or(0);
  const auto size = static_cast<std::size_t>(::getpagesize());
  return std::min(leftOf(RLIMIT_AS, pages[0] * size), leftOf(RLIMIT_DATA, pages[5] * size));
}

std::size_t machineMemory() {
  struct sysinfo machine {};
  if (kernel.sysinfo(&machine) != 0) return kNoLimit;
  return static_cast<std::size_t>(machine.totalram) * machine.mem_unit;
}

// Adds `name` in the folder of cgroup `path` under `mount`, and in each folder that contains it.
void addUpwards(std::string_view mount, std::string_view path, std::string_view name,
                std::vector<std::string>& files) {
  while (true) {
    if (path.ends_with('/')) path.remove_suffix(1);
    files.push_back(std::string(mount).append(path).append("/").append(name));
    if (path.empty()) return;
    path = path.substr(0, path.rfind('/') + 1);
  }
}

bool isListed(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == item) return true;
    list.remove_prefix(std::min(list.size(), comma + 1));
  }
  return false;
}

// `line` is ID:CONTROLLERS:PATH, in version 2 0::PATH.
void addFilesOf(std::string_view line, std::vector<std::string>& files) {
  const std::size_t first = line.find(':');
  const std::size_t second = first == line.npos ? first : line.find(':', first + 1);
  if (second == line.npos || line.substr(second + 1, 1) != "/") return;
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  const std::string_view path = line.substr(second + 1);
  if (isListed(controllers, "memory")) {
    addUpwards("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes", files);
  } else if (controllers.empty()) {
    addUpwards("/sys/fs/cgroup", path, "memory.max", files);
    addUpwards("/sys/fs/cgroup/unified", path, "memory.max", files);
  }
}

}  // namespace

std::vector<std::string> cgroupLimitFiles(std::string_view text) {
  std::vector<std::string> files;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    addFilesOf(text.substr(0, end), files);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return files;
}

std::size_t availableMemory() {
  return std::min({machineMemory(), cgroupLimit(), resourceLimit()});
}

std::size_t budgetFor(std::size_t available) noexcept {
  constexpr std::size_t kSmall = 64 * 1024 * 1024;
  return std::max(available / 4, std::min(kSmall, available / 2));
}

}  // namespace ropewalk::sys
