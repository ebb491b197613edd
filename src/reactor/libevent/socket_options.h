#pragma once

#include "ropewalk/address.h"
#include "ropewalk/listen_options.h"
#include "sys/file_descriptor.h"

namespace ropewalk::detail {

// A socket that was set up, or none and the errno.
struct OpenedSocket {
  sys::FileDescriptor socket;
  int error = 0;
  bool binding = false;  // it was the local address that failed
};

// A socket that listens on `host`. What is set here, accepted connections inherit.
OpenedSocket openListening(const Address& host, const ListenOptions& options);

// A socket that connects to `peer`, from `bind` unless that is no address.
OpenedSocket openConnecting(const Address& peer, const Address& bind,
                            const ConnectOptions& options);

// A socket of our own for the stream socket `fd`, which stays the caller's: one that listens, or
// one that is connected. EINVAL if it is another kind.
OpenedSocket adoptedPort(int fd, const ListenOptions& options);
OpenedSocket adoptedConnection(int fd, const ConnectionLimits& limits);

// Has the kernel give up a peer that leaves what was sent unacknowledged for so long, but never
// before a peer that answers keep-alive late is given up.
void setPatience(int socket, Duration patience) noexcept;

void setFlag(int socket, int level, int option, bool on) noexcept;
bool getFlag(int socket, int level, int option) noexcept;

}  // namespace ropewalk::detail
