#include "sys/socket_address.h"

#include <cstring>

namespace ropewalk::sys {

SocketAddress::SocketAddress() noexcept = default;

SocketAddress::SocketAddress(const Address& address) noexcept {
  if (address.family() == Address::Family::IPv4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port());
    std::memcpy(&in.sin_addr, address.bytes(), 4);
    std::memcpy(&storage_, &in, sizeof in);
    length_ = sizeof in;
    return;
  }
  storage_.sin6_family = AF_INET6;
  storage_.sin6_port = htons(address.port());
  storage_.sin6_scope_id = address.scopeId();
  std::memcpy(&storage_.sin6_addr, address.bytes(), 16);
}

Address SocketAddress::address() const noexcept {
  if (storage_.sin6_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &storage_, sizeof in);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&in.sin_addr);
    return Address::fromBytes(Address::Family::IPv4, bytes, ntohs(in.sin_port));
  }
  if (storage_.sin6_family != AF_INET6) return Address();
  return Address::fromBytes(Address::Family::IPv6, storage_.sin6_addr.s6_addr,
                            ntohs(storage_.sin6_port), storage_.sin6_scope_id);
}

}  // namespace ropewalk::sys
