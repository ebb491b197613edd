#include "support/raw_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace ropewalk::test {
namespace {

template <typename Result>
Result check(Result result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

int familyOf(const Address& address) {
  return address.family() == Address::Family::IPv6 ? AF_INET6 : AF_INET;
}

socklen_t toSystem(const Address& address, sockaddr_storage& storage) {
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

}  // namespace

RawSocket::RawSocket(int fd) : fd_(fd) {
  const timeval patience{kPatienceSeconds, 0};
  check(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt");
  check(::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience), "setsockopt");
}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
  close();
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

RawSocket RawSocket::connectedTo(const Address& address, int receiveBuffer) {
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

RawSocket RawSocket::bound() {
  RawSocket socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_storage storage{};
  const socklen_t length = toSystem(Address::parse("127.0.0.1", 0), storage);
  check(::bind(socket.fd_, reinterpret_cast<sockaddr*>(&storage), length), "bind");
  return socket;
}

RawSocket RawSocket::listening(int backlog) {
  RawSocket socket = bound();
  check(::listen(socket.fd_, backlog), "listen");
  return socket;
}

RawSocket RawSocket::accept() {
  return RawSocket(check(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC), "accept"));
}

std::uint16_t RawSocket::port() const {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  check(::getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &length), "getsockname");
  if (storage.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<sockaddr_in6&>(storage).sin6_port);
  }
  return ntohs(reinterpret_cast<sockaddr_in&>(storage).sin_port);
}

void RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(sent, "send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string RawSocket::receive(std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  check(got, "recv");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

std::string RawSocket::receiveExactly(std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string piece = receive(size - all.size());
    if (piece.empty()) break;
    all += piece;
  }
  return all;
}

std::string RawSocket::receiveAll() {
  std::string all;
  for (;;) {
    const std::string piece = receive();
    if (piece.empty()) return all;
    all += piece;
  }
}

int RawSocket::endsWith() {
  try {
    receiveAll();
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

void RawSocket::shutdownWrite() { check(::shutdown(fd_, SHUT_WR), "shutdown"); }

void RawSocket::reset() {
  const linger now{1, 0};
  check(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now), "setsockopt");
  close();
}

void RawSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace ropewalk::test
