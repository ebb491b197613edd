#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace ropewalk::test {

// Starts this program again with `variable`=`value` in its environment, for the case whose name
// begins with `name`, and returns what it prints behind "hash ".
inline std::string hashOfAnotherProcess(const char* variable, std::uint64_t value,
                                        const char* name) {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  REQUIRE(length > 0);
  const std::string command = std::string("env -u ROPEWALK_CASE_LOG ") + variable + "=" +
                              std::to_string(value) + " '" + path.data() + "' --test-case='" +
                              name + "*'";
  const std::unique_ptr<FILE, int (*)(FILE*)> child(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(child);
  std::array<char, 256> line{};
  while (std::fgets(line.data(), line.size(), child.get())) {
    const std::string_view text(line.data());
    if (text.starts_with("hash ")) return std::string(text.substr(5, text.size() - 6));
  }
  return "none";
}

}  // namespace ropewalk::test
