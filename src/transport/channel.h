#pragma once

#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "ropewalk/address.h"
#include "ropewalk/failure.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// In place of an errno: the channel itself failed, and Channel::failure() says why.
inline constexpr int kFilterFailed = -1;

// The errors of a transfer that may succeed later.
inline bool wouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// The result of a transfer: bytes moved, or -1 and the errno. A receive of 0 bytes is the end of
// the stream.
struct Transfer {
  std::ptrdiff_t bytes = 0;
  int error = 0;
};

// The events that a channel reports to its owner.
enum class Interest : std::uint8_t {
  Nothing = 0,
  Read = 1,    // bytes, the end of the stream, or a reset
  Write = 2,   // room for more after a short send; the result of a connect
  Broken = 4,  // a reset only: reading is paused, and the end of the stream is not reported
};
constexpr Interest operator|(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Interest all, Interest one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

// Is notified when a channel is ready. The driver or a filter calls it on the reactor's thread,
// never from inside a call on the channel, except as noted. It may destroy the channel, except in
// readSoon().
class ChannelOwner {
 public:
  virtual void readReady() noexcept = 0;
  virtual void writeReady() noexcept = 0;
  virtual void broken(int error) noexcept = 0;

  // The channel may hold input for which no event will come: receive() soon, unless reading is
  // paused. Only filters call this, also from inside setInterest() and receive().
  virtual void readSoon() noexcept {}

 protected:
  ~ChannelOwner() = default;
};

// The wire of one connection: a kernel socket, a simulated one, memory, or a filter on another
// channel. All I/O of a connection goes through it. It knows nothing of the connection's state:
// there is one state machine, in Connection.
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

  // Takes effect at once. Setting the present interest again is cheap. Calls the owner's broken()
  // from inside if the kernel is out of memory or a filter has failed.
  virtual void setInterest(Interest interest) = 0;

  virtual Transfer receive(char* buffer, std::size_t size) = 0;

  // As receive(), but discards the bytes, without copying them if possible. The contents of the
  // buffer are undefined afterwards.
  virtual Transfer discard(char* buffer, std::size_t size) { return receive(buffer, size); }

  virtual Transfer send(const iovec* pieces, int count) = 0;
  virtual Transfer sendFile(int file, std::uint64_t offset, std::size_t count) = 0;

  // The bytes that were sent but not yet acknowledged by the peer.
  virtual std::size_t unacknowledged() const = 0;

  // Above 0 if receive() may return bytes at once. For a wire, their number; a filter only knows
  // that there may be some.
  virtual std::size_t unread() const = 0;

  // How long the peer may leave sent bytes unacknowledged. The kernel enforces it.
  virtual void setPatience(Duration patience) = 0;

  // Sends the bytes that must end the output. False while some remain: call it again after
  // writeReady(). Called before shutdownWrite() and before an orderly close.
  virtual bool finish() { return true; }

  // Goes on with what needs no data of the owner, such as a handshake, after readSoon() while
  // reading is paused.
  virtual void proceed() {}

  // Why transfers fail with kFilterFailed.
  virtual Failure failure() const { return {}; }

  // Ends the sending direction. Failure has no consequence (HC6).
  virtual void shutdownWrite() = 0;

  // Makes the destructor reset the connection and drop undelivered output.
  virtual void resetOnClose() = 0;

  // The result of a connect: 0 or the errno. REQUIRES: writeReady() was called after
  // Driver::connect().
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
