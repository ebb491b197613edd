// Parses and prints addresses. Every address that is parsed or comes from the kernel goes through
// fromBytes(), which turns an IPv4-mapped IPv6 address into IPv4, so each peer has one form.

#include "ropewalk/address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>

#include "ropewalk/error.h"

namespace ropewalk {

namespace {

// The scope after '%': the index or name of an interface; 0 if it is neither.
std::uint32_t scopeOf(const std::string& text) {
  std::uint32_t index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  if (error == std::errc() && stop == end) return index;
  return ::if_nametoindex(text.c_str());
}

// RFC 4291 2.5.5.2: an IPv4 address in IPv6 form.
constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool isMapped(const std::uint8_t* bytes) { return std::equal(kMapped, std::end(kMapped), bytes); }

// RFC 4007: fe80::/10, and multicast to the interface or the link.
bool needsScope(const std::uint8_t* bytes) {
  if (bytes[0] == 0xfe) return (bytes[1] & 0xc0) == 0x80;
  const int reach = bytes[1] & 0x0f;
  return bytes[0] == 0xff && (reach == 1 || reach == 2);
}

}  // namespace

Address Address::parse(std::string_view host, int port) {
  const std::string given(host.empty() ? "0.0.0.0" : host);
  if (port < 0 || port > 65535) {
    throw InvalidAddressError(given + ":" + std::to_string(port), "a port is 0 to 65535");
  }
  const Address address = literal(given, static_cast<std::uint16_t>(port));
  if (address.family() == Family::None) {
    throw InvalidAddressError(given, "not an IPv4 or IPv6 address");
  }
  return address;
}

bool Address::isLiteral(std::string_view host) noexcept {
  return host.empty() || literal(std::string(host), 0).family() != Family::None;
}

Address Address::literal(const std::string& text, std::uint16_t port) noexcept {
  if (text.find('\0') != std::string::npos) return {};  // inet_pton would stop at the NUL
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return fromBytes(Family::IPv4, bytes.data(), port);
  }
  const std::size_t percent = text.find('%');
  const bool scoped = percent != std::string::npos;
  const std::uint32_t scope = scoped ? scopeOf(text.substr(percent + 1)) : 0;
  if (::inet_pton(AF_INET6, text.substr(0, percent).c_str(), bytes.data()) == 1 &&
      (!scoped || scope != 0)) {
    return fromBytes(Family::IPv6, bytes.data(), port, scope);
  }
  return {};
}

Address Address::fromBytes(Family family, const std::uint8_t* bytes, std::uint16_t port,
                           std::uint32_t scopeId) noexcept {
  if (family == Family::IPv6 && isMapped(bytes)) {
    return fromBytes(Family::IPv4, bytes + sizeof kMapped, port);
  }
  Address address;
  address.family_ = family;
  address.port_ = port;
  if (family == Family::IPv6 && needsScope(bytes)) address.scopeId_ = scopeId;
  const std::size_t size = family == Family::IPv4 ? 4 : family == Family::IPv6 ? 16 : 0;
  std::copy_n(bytes, size, address.bytes_.begin());
  return address;
}

Address Address::withPort(std::uint16_t port) const noexcept {
  Address address = *this;
  address.port_ = port;
  return address;
}

std::string Address::host() const {
  if (family_ == Family::None) return {};
  char text[INET6_ADDRSTRLEN];
  ::inet_ntop(family_ == Family::IPv4 ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return scopeId_ == 0 ? text : std::string(text) + "%" + std::to_string(scopeId_);
}

std::string Address::text() const {
  switch (family_) {
    case Family::None:
      return "no address";
    case Family::IPv4:
      return host() + ":" + std::to_string(port_);
    case Family::IPv6:
      return "[" + host() + "]:" + std::to_string(port_);
  }
  return {};
}

}  // namespace ropewalk

std::size_t std::hash<ropewalk::Address>::operator()(
    const ropewalk::Address& address) const noexcept {
  // FNV-1a over all that operator== compares.
  std::size_t mixed = 14695981039346656037u;
  const auto mix = [&mixed](std::uint32_t value) { mixed = (mixed ^ value) * 1099511628211u; };
  for (int i = 0; i < 16; ++i) mix(address.bytes()[i]);
  mix(address.scopeId());
  mix(address.port());
  mix(static_cast<std::uint32_t>(address.family()));
  return mixed;
}
