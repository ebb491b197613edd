#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "ropewalk/address.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// What a transfer did: bytes moved, or -1 and the errno. For a receive, 0 bytes is the end of the
// stream.
struct Transfer {
  std::ptrdiff_t bytes = 0;
  int error = 0;
};

// What the owner of a channel wants to hear of.
enum class Interest : std::uint8_t {
  Nothing = 0,
  Read = 1,    // bytes, the end of the stream, or a reset
  Write = 2,   // room for more after a short send; a connect that is decided
  Broken = 4,  // a reset only: reading is paused, and the end of the stream must not wake anybody
};
constexpr Interest operator|(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Interest all, Interest one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

// Whoever a channel tells that it is ready. Called by the driver, on the reactor's thread; never
// from inside a call on the channel, but for setInterest(). The owner may destroy the channel from
// inside.
class ChannelOwner {
 public:
  virtual void readReady() noexcept = 0;
  virtual void writeReady() noexcept = 0;
  virtual void broken(int error) noexcept = 0;

 protected:
  ~ChannelOwner() = default;
};

// One wire under one connection: a kernel socket, a simulated one, or memory. Everything that a
// connection asks of the outside goes through here; what a connection *is* does not (DESIGN: one
// state machine).
//
// Destroying it closes it in an orderly way: bytes already taken by send() still arrive, unless
// unread bytes make the kernel (and the simulation) reset.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  // `owner` must outlive the channel or be replaced.
  virtual void setOwner(ChannelOwner& owner) = 0;

  // Applies at once; asking for what is already so costs nothing. If the kernel cannot (out of
  // memory), the owner hears broken() from inside this call.
  virtual void setInterest(Interest interest) = 0;

  virtual Transfer receive(char* buffer, std::size_t size) = 0;

  // As receive(), for bytes that are discarded: does not copy them if it can. The contents of the
  // buffer are undefined afterwards.
  virtual Transfer discard(char* buffer, std::size_t size) { return receive(buffer, size); }

  virtual Transfer send(const iovec* pieces, int count) = 0;
  virtual Transfer sendFile(int file, std::uint64_t offset, std::size_t count) = 0;

  // Bytes that were sent and that the peer has not acknowledged yet.
  virtual std::size_t unacknowledged() const = 0;

  // The number of bytes that receive() would return at once.
  virtual std::size_t unread() const = 0;

  // How long the peer may leave what was sent unacknowledged; the kernel's affair.
  virtual void setPatience(Duration patience) = 0;

  // Says that nothing more will be sent. Failure is of no consequence (HC6).
  virtual void shutdownWrite() = 0;

  // From now on destroying it resets the connection and drops what was not delivered.
  virtual void resetOnClose() = 0;

  // How a connect ended: 0 or the errno. REQUIRES: writeReady() was called after Driver::connect().
  virtual int connectResult() = 0;

  // After a connect: whether the socket is connected to itself. That happens if no server listens
  // on the port and the kernel picks the same local port (RFC 9293 3.5, simultaneous open).
  virtual bool isConnectedToItself() const { return false; }

  virtual Address peer() const = 0;
  virtual Address host() const = 0;

  virtual void setTcpNoDelay(bool on) = 0;
  virtual bool tcpNoDelay() const = 0;
  virtual void setTcpKeepAlive(bool on) = 0;
  virtual bool tcpKeepAlive() const = 0;
};

}  // namespace ropewalk::detail
