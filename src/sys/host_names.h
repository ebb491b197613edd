#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/address.h"

namespace ropewalk::sys {

// What a host name stands for: addresses without a port, in the order in which to try them; or
// none, and why.
struct NameAnswer {
  std::vector<Address> addresses;
  std::string why;
};

// Of more addresses than this the rest is left out.
inline constexpr std::size_t kMostAddresses = 16;

// Why `name` cannot be a host name, or empty. Shorthands for addresses (1.2.3, 0x7f.1) are none:
// what they mean differs from system to system.
std::string_view faultIn(std::string_view name);

// The form in which two spellings of one name are equal: in lower case.
std::string lookupKey(std::string_view name);

// Asks the system: its hosts file, its name servers. May take long. Any thread.
NameAnswer lookUp(const std::string& name);

}  // namespace ropewalk::sys
