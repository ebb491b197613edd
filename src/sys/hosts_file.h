#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ropewalk/address.h"

namespace ropewalk::sys {

// The system's table of host names, hosts(5). Kept in memory; read again when the file has changed.
//
// Threads: one at a time; it has no lock.
class HostsFile {
 public:
  // A larger file is left to the system's resolver, because reading it would block the caller.
  static constexpr std::size_t kMostBytes = 256 * 1024;

  static constexpr const char* kPath = "/etc/hosts";

  // The addresses of `name` in the order of the file, at most kMostAddresses; empty if the file
  // does not list it. Ignores case and a final dot. Costs a system call; throws std::bad_alloc.
  const std::vector<Address>& find(std::string_view name);

 private:
  void readAgainIfChanged();
  void parse(std::string_view text);
  void parseLine(std::string_view line);

  struct stat known_ {};
  std::unordered_map<std::string, std::vector<Address>> entries_;  // names in lower case
};

}  // namespace ropewalk::sys
