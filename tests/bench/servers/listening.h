// What every hand-written server of this folder starts with: a listening socket and a line that
// tells its port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bench {

constexpr int kBacklog = 4096;

// The port in argv[1]; 0, which asks the kernel for one, without it.
inline std::uint16_t portArgument(int argc, char** argv) {
  const std::string_view text = argc > 1 ? argv[1] : "0";
  std::uint16_t port = 0;
  if (std::from_chars(text.begin(), text.end(), port).ptr != text.end()) {
    std::fprintf(stderr, "usage: %s [PORT]\n", argv[0]);
    std::exit(2);
  }
  return port;
}

// Whoever started the server reads this line.
inline void tellPort(int port) {
  std::printf("%d\n", port);
  std::fflush(stdout);
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A non-blocking listener on 127.0.0.1, its port told; connections inherit TCP_NODELAY from it.
inline int listenOnLoopback(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, kBacklog) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("listen on 127.0.0.1");
    std::exit(1);
  }
  tellPort(ntohs(address.sin_port));
  return fd;
}

}  // namespace bench
