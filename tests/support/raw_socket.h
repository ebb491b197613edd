#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "ropewalk/address.h"

namespace ropewalk::test {

// The other side as the kernel has it: a blocking TCP socket without any of our code. Whatever
// takes longer than kPatienceSeconds throws, so that nothing hangs.
class RawSocket {
 public:
  static constexpr int kPatienceSeconds = 15;

  RawSocket() = default;
  explicit RawSocket(int fd);
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&& other) noexcept;
  ~RawSocket() { close(); }

  // Connected to `address`. On loopback this needs nobody to accept yet. With a `receiveBuffer` of
  // so many bytes, if that is not 0.
  static RawSocket connectedTo(const Address& address, int receiveBuffer = 0);

  // Bound to a free port of 127.0.0.1, which refuses every connection until listening.
  static RawSocket bound();

  // Listening on a free port of 127.0.0.1.
  static RawSocket listening(int backlog = 16);

  RawSocket accept();

  std::uint16_t port() const;

  void send(std::string_view bytes);

  // Up to `size` bytes; empty at the end of the stream. Throws std::system_error, ECONNRESET for a
  // reset.
  std::string receive(std::size_t size = 65536);

  // Exactly `size` bytes, or what came before the end.
  std::string receiveExactly(std::size_t size);

  // Everything up to the end of the stream.
  std::string receiveAll();

  // The errno that the connection ends with, 0 for an orderly end; what came before is thrown away.
  int endsWith();

  void shutdownWrite();

  // Closes so that the other side sees a reset.
  void reset();

  void close();

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace ropewalk::test
