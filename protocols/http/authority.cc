#include "http/authority.h"

#include <arpa/inet.h>

#include <cstddef>
#include <string>

#include "http/number.h"
#include "http/octets.h"

namespace ropewalk::http {
namespace {

constexpr std::size_t kLongestHost = 255;
constexpr std::uint64_t kLargestPort = 65'535;

bool isIPv6(std::string_view text) {
  in6_addr address;
  return text.size() < INET6_ADDRSTRLEN &&
         ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// Behind the host: nothing, `:`, or `:port`.
bool isPortPart(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  return text.empty() || parseNumber(text, Radix::Decimal, kLargestPort).has_value();
}

}  // namespace

bool isAuthority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    return close != std::string_view::npos && isIPv6(text.substr(1, close - 1)) &&
           isPortPart(text.substr(close + 1));
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (host.empty() || host.size() > kLongestHost || !isAll(Octet::HostName, host)) return false;
  return colon == std::string_view::npos || isPortPart(text.substr(colon));
}

}  // namespace ropewalk::http
