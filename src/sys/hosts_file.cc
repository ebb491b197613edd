#include "sys/hosts_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cstddef>

#include "ropewalk/file_descriptor.h"
#include "sys/host_names.h"
#include "sys/kernel.h"

namespace ropewalk::sys {

namespace {

bool isSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::string contentsOf(const char* path, std::size_t size) {
  const FileDescriptor file(kernel.open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::string text(size, '\0');
  const ssize_t got = kernel.pread(file.get(), text.data(), size, 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

// Removes and returns the first word of `text`; empty if there is none.
std::string_view takeWord(std::string_view& text) {
  constexpr std::string_view kSpace = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

const std::vector<Address>& HostsFile::find(std::string_view name) {
  static const std::vector<Address>& none = *new std::vector<Address>;
  readAgainIfChanged();
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  const auto found = entries_.find(lookupKey(name));
  return found == entries_.end() ? none : found->second;
}

void HostsFile::readAgainIfChanged() {
  struct stat now {};
  if (kernel.stat(kPath, &now) != 0) now = {};
  if (isSame(now, known_)) return;
  entries_.clear();
  const auto size = static_cast<std::size_t>(now.st_size);
  if (size <= kMostBytes) parse(contentsOf(kPath, size));
  known_ = now;
}

void HostsFile::parse(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    parseLine(line.substr(0, line.find('#')));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

void HostsFile::parseLine(std::string_view line) {
  const std::string_view literal = takeWord(line);
  if (literal.empty() || !Address::isLiteral(literal)) return;
  const Address address = Address::parse(literal, 0);
  for (std::string_view name = takeWord(line); !name.empty(); name = takeWord(line)) {
    std::vector<Address>& known = entries_[lookupKey(name)];
    const bool isNew = std::ranges::find(known, address) == known.end();
    if (isNew && known.size() < kMostAddresses) known.push_back(address);
  }
}

}  // namespace ropewalk::sys
