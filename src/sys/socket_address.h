#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "ropewalk/address.h"

namespace ropewalk::sys {

// An Address in the kernel's form.
class SocketAddress {
 public:
  SocketAddress() noexcept;  // empty, for the kernel to fill in
  explicit SocketAddress(const Address& address) noexcept;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t* lengthForKernel() noexcept { return &length_; }
  socklen_t length() const noexcept { return length_; }

  // An IPv4 peer of a dual-stack socket (::ffff:a.b.c.d) is returned as IPv4.
  Address address() const noexcept;

 private:
  sockaddr_in6 storage_{};  // large enough for both families
  socklen_t length_ = sizeof storage_;
};

}  // namespace ropewalk::sys
