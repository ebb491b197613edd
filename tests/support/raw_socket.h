#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ropewalk/address.h"

namespace ropewalk::test {

// The other side as the kernel has it: a blocking TCP socket without any of our code. Whatever
// takes longer than kPatience throws, so that nothing hangs.
class RawSocket {
 public:
  static constexpr int kPatienceSeconds = 15;

  RawSocket() = default;
  explicit RawSocket(int fd) : fd_(fd) { setPatience(); }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~RawSocket() { close(); }

  // Connected to `address`. On loopback this needs nobody to accept yet. With a `receiveBuffer` of
  // so many bytes, if that is not 0.
  static RawSocket connectedTo(const Address& address, int receiveBuffer = 0) {
    RawSocket socket(check(::socket(familyOf(address), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (receiveBuffer != 0) {
      check(::setsockopt(socket.fd_, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer),
            "setsockopt");
    }
    sockaddr_storage storage{};
    const socklen_t length = toSystem(address, storage);
    check(::connect(socket.fd_, reinterpret_cast<sockaddr*>(&storage), length), "connect");
    return socket;
  }

  // Listening on a free port of 127.0.0.1.
  static RawSocket listening(int backlog = 16) {
    RawSocket socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_storage storage{};
    const socklen_t length = toSystem(Address::parse("127.0.0.1", 0), storage);
    check(::bind(socket.fd_, reinterpret_cast<sockaddr*>(&storage), length), "bind");
    check(::listen(socket.fd_, backlog), "listen");
    return socket;
  }

  RawSocket accept() {
    return RawSocket(check(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
  }

  std::uint16_t port() const { return localPort(fd_); }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      check(sent, "send");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // Up to `size` bytes; empty at the end of the stream. Throws std::system_error, ECONNRESET for a
  // reset.
  std::string receive(std::size_t size = 65536) {
    std::string bytes(size, '\0');
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    check(got, "recv");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

  // Exactly `size` bytes, or what came before the end.
  std::string receiveExactly(std::size_t size) {
    std::string all;
    while (all.size() < size) {
      const std::string piece = receive(size - all.size());
      if (piece.empty()) break;
      all += piece;
    }
    return all;
  }

  // Everything up to the end of the stream.
  std::string receiveAll() {
    std::string all;
    for (;;) {
      const std::string piece = receive();
      if (piece.empty()) return all;
      all += piece;
    }
  }

  // The errno that the connection ends with, 0 for an orderly end; what came before is thrown away.
  int endsWith() {
    try {
      receiveAll();
      return 0;
    } catch (const std::system_error& error) {
      return error.code().value();
    }
  }

  void shutdownWrite() { check(::shutdown(fd_, SHUT_WR), "shutdown"); }

  // Closes so that the other side sees a reset.
  void reset() {
    const linger now{1, 0};
    check(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now), "setsockopt");
    close();
  }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  int fd() const { return fd_; }

 private:
  template <typename Result>
  static Result check(Result result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
  }

  static int familyOf(const Address& address) {
    return address.family() == Address::Family::IPv6 ? AF_INET6 : AF_INET;
  }

  static socklen_t toSystem(const Address& address, sockaddr_storage& storage) {
    if (address.family() == Address::Family::IPv6) {
      auto& inet6 = reinterpret_cast<sockaddr_in6&>(storage);
      inet6.sin6_family = AF_INET6;
      inet6.sin6_port = htons(address.port());
      inet6.sin6_scope_id = address.scopeId();
      std::copy(address.bytes(), address.bytes() + 16, inet6.sin6_addr.s6_addr);
      return sizeof inet6;
    }
    auto& inet = reinterpret_cast<sockaddr_in&>(storage);
    inet.sin_family = AF_INET;
    inet.sin_port = htons(address.port());
    std::copy(address.bytes(), address.bytes() + 4,
              reinterpret_cast<std::uint8_t*>(&inet.sin_addr.s_addr));
    return sizeof inet;
  }

  static std::uint16_t localPort(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    check(::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length), "getsockname");
    if (storage.ss_family == AF_INET6) {
      return ntohs(reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
    }
    return ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port);
  }

  void setPatience() {
    const timeval patience{kPatienceSeconds, 0};
    check(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt");
    check(::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), "setsockopt");
  }

  int fd_ = -1;
};

}  // namespace ropewalk::test
