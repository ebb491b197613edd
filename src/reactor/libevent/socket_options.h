#pragma once

#include "ropewalk/address.h"
#include "ropewalk/file_descriptor.h"
#include "ropewalk/listen_options.h"

namespace ropewalk::detail {

// A socket with its options set, or none and the errno.
struct OpenedSocket {
  FileDescriptor socket;
  int error = 0;
  bool binding = false;  // the local address was at fault
};

// Opens a socket that listens on `host`. Accepted connections inherit its options.
OpenedSocket openListening(const Address& host, const ListenOptions& options);

// Opens a socket that connects to `peer`, from `bind` if that is an address.
OpenedSocket openConnecting(const Address& peer, const Address& bind,
                            const ConnectOptions& options);

// Duplicates the descriptor of stream socket `fd`, which stays the caller's: one that listens, or
// one that is connected. EINVAL if it is of another kind.
OpenedSocket adoptedPort(int fd, const ListenOptions& options);
OpenedSocket adoptedConnection(int fd, const ConnectionLimits& limits);

// Makes the kernel drop a peer that leaves sent bytes unacknowledged for this long, but never
// earlier than keep-alive would drop a silent peer.
void setPatience(int socket, Duration patience) noexcept;

void setFlag(int socket, int level, int option, bool on) noexcept;
bool getFlag(int socket, int level, int option) noexcept;

}  // namespace ropewalk::detail
