#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ropewalk/detail/cxx20.h"

namespace ropewalk {

/// One end of a connection: an IPv4 or IPv6 address and a port.
///
/// Each address has one form, however it was written: an IPv4-mapped IPv6 address is the IPv4
/// address, `0:0:0:0:0:0:0:1` is `::1`, and a scope counts only where the kernel uses it, on
/// link-local addresses. So equal addresses compare equal, hash alike and have one text().
///
/// Threads: value.
class Address {
 public:
  enum class Family : std::uint8_t { None, IPv4, IPv6 };

  /// No address, for instance of a transport without a peer.
  constexpr Address() noexcept = default;

  /// Parses the literal `host`: four decimal octets, or IPv6 with an optional `%scope`. Does not
  /// look up names. An empty `host` is 0.0.0.0.
  ///
  /// Throws InvalidAddressError, naming the one at fault, if `host` is not an address or `port` is
  /// not 0 to 65535.
  static Address parse(std::string_view host, int port);

  /// True if parse() accepts `host`.
  static bool isLiteral(std::string_view host) noexcept;

  /// Makes an address from its bytes in network order: 4 of `bytes` for IPv4, 16 for IPv6. An
  /// IPv4-mapped IPv6 address gives the IPv4 address.
  static Address fromBytes(Family family, const std::uint8_t* bytes, std::uint16_t port,
                           std::uint32_t scopeId = 0) noexcept;

  Family family() const noexcept { return family_; }
  std::uint16_t port() const noexcept { return port_; }

  /// The same address with another port.
  Address withPort(std::uint16_t port) const noexcept;

  /// The interface index of a link-local IPv6 address, otherwise 0.
  std::uint32_t scopeId() const noexcept { return scopeId_; }

  /// The 4 or 16 bytes of the address in network order.
  const std::uint8_t* bytes() const noexcept { return bytes_.data(); }

  /// The literal without the port: `127.0.0.1`, `fe80::1%2`; empty for no address.
  std::string host() const;

  /// `127.0.0.1:8000`, `[::1]:8000`, or `no address`.
  std::string text() const;

  friend auto operator<=>(const Address&, const Address&) = default;

 private:
  // Of Family::None if `text` is not a literal.
  static Address literal(const std::string& text, std::uint16_t port) noexcept;

  std::array<std::uint8_t, 16> bytes_{};
  std::uint32_t scopeId_ = 0;
  std::uint16_t port_ = 0;
  Family family_ = Family::None;
};

}  // namespace ropewalk

template <>
struct std::hash<ropewalk::Address> {
  std::size_t operator()(const ropewalk::Address& address) const noexcept;
};
