#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ropewalk/address.h"

namespace ropewalk::sys {

// The result of a lookup: addresses without a port, in the order in which to try them; or none, and
// the reason.
struct NameAnswer {
  std::vector<Address> addresses;
  std::string why;
};

// Addresses beyond this number are dropped.
inline constexpr std::size_t kMostAddresses = 16;

// Why `name` cannot be a host name; empty if it can. Shorthands for addresses (1.2.3, 0x7f.1) are
// refused, because their meaning differs from system to system.
std::string_view faultIn(std::string_view name);

// Converts to lower case, so that all spellings of a name are equal.
std::string lookupKey(std::string_view name);

// Asks the system: its hosts file and its name servers. May block for long. Any thread.
NameAnswer lookUp(const std::string& name);

}  // namespace ropewalk::sys
