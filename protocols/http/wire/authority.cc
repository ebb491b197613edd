#include "http/wire/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "http/wire/grammar.h"

namespace ropewalk::http::wire {
namespace {

constexpr std::size_t kLongestHost = 255;
constexpr std::uint64_t kLargestPort = 65'535;

bool isIPv6(std::string_view text) {
  in6_addr address;
  return text.size() < INET6_ADDRSTRLEN &&
         ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// `v1.x`: a version in hexadecimal digits, a dot, and whatever that version has there.
bool isIPvFuture(std::string_view text) {
  if (text.empty() || lowered(text.front()) != 'v') return false;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view version = text.substr(1, dot - 1);
  const std::string_view address = text.substr(dot + 1);
  return !version.empty() && isAll(Octet::HexDigit, version) && !address.empty() &&
         std::ranges::all_of(address,
                             [](char octet) { return octet == ':' || is(Octet::HostName, octet); });
}

// Letters, digits, `-._~`, RFC 3986's sub-delims, and escapes.
bool isRegisteredName(std::string_view text) {
  if (text.empty()) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is(Octet::HostName, text[at])) continue;
    if (text[at] != '%' || escapedOctet(text, at) <= 0) return false;
    at += 2;
  }
  return true;
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
    if (close == std::string_view::npos || close >= kLongestHost) return false;
    const std::string_view literal = text.substr(1, close - 1);
    return (isIPv6(literal) || isIPvFuture(literal)) && isPortPart(text.substr(close + 1));
  }
  const std::size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (host.size() > kLongestHost || !isRegisteredName(host)) return false;
  return colon == std::string_view::npos || isPortPart(text.substr(colon));
}

}  // namespace ropewalk::http::wire
