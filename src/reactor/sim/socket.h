#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "reactor/sim/host.h"
#include "reactor/sim/packet.h"
#include "ropewalk/address.h"
#include "ropewalk/detail/byte_queue.h"
#include "ropewalk/reactor_time.h"
#include "transport/channel.h"

namespace ropewalk::detail {

class SimLink;
class SimNetwork;
class SimSource;

// What the kernel at one end knows of a simulated connection; outlives the channel until the last
// byte is out.
//
// Behaves as Linux does on a TCP socket. Measured on 6.18, and pinned by tests on both:
//
// - After a reset, what had arrived is still given out, then the error once, then the end of the
// stream. A send
//   may come first and takes the error away; further sends get EPIPE.
// - After a FIN, a reset is told to senders only, as EPIPE; receivers see the end of the stream as
// before.
// - close() with unread bytes, and bytes that arrive after a close(), make a reset. What the
// closing side had
//   queued and not yet put on the wire is lost; what was on the wire still arrives.
// - A socket with much unsent is writable again when a third of its buffer is free.
// - A SYN that finds the backlog full (backlog + 1 waiting) is dropped, and sent again after 1 s, 2
// s, 4 s, ...
class SimSocket {
 public:
  // All must outlive this. `host` is null for an address that no host has.
  SimSocket(SimLink& link, SimSocket& peer, SimHost* host, const Address& address);
  SimSocket(const SimSocket&) = delete;
  SimSocket& operator=(const SimSocket&) = delete;

  const Address& address() const noexcept { return address_; }
  const SimSocket& peer() const noexcept { return peer_; }
  bool hasHost() const noexcept { return host_ != nullptr; }
  SimHost& host() const noexcept { return *host_; }
  bool isOpen() const noexcept { return state_ == State::Open; }

  SimEnd end() const noexcept { return {.host = host_, .address = address_}; }

  // Who hears that something changed; null for nobody.
  void setWatcher(SimSource* watcher) noexcept { watcher_ = watcher; }

  // What epoll would say.
  bool isReadable() const noexcept;
  bool isWritable() const noexcept;
  bool isReset() const noexcept { return reset_; }

  // What the program does.
  void connect();
  int takeError() noexcept;
  Transfer receive(char* buffer, std::size_t size);
  Transfer send(const iovec* pieces, int count);
  std::size_t room() const noexcept { return sendBuffer_ - unacknowledged(); }
  std::size_t unacknowledged() const noexcept {
    return static_cast<std::size_t>(accepted_ - acknowledged_);
  }
  std::size_t unread() const noexcept { return static_cast<std::size_t>(arrived_ - consumed_); }
  void shutdownWrite();
  void close(bool reset);

  // What the network does.
  void arrive(const SimPacket& packet);

  // The kernel loses its memory: who speaks of this connection afterwards is told that there is
  // none.
  void forget() noexcept;

  // No later packet may overtake one that arrives at this time.
  TimePoint lastArrival{};

 private:
  enum class State : std::uint8_t { Closed, Connecting, Waiting, Open, Dead };

  void synArrived();
  void synAckArrived();
  void established();
  void dataArrived(std::size_t size);
  void windowArrived(const SimPacket& packet);
  void finArrived();
  void resetArrived();
  void retry(int error);

  void transmit(const SimPacket& packet);
  void transmit(SimPacket::Kind kind);
  void pump();
  void openWindow();
  void die() noexcept;
  void changed();

  SimLink& link_;
  SimSocket& peer_;
  SimHost* host_;
  Address address_;
  SimSource* watcher_ = nullptr;
  std::weak_ptr<SimListener> listener_;  // Waiting: whose backlog it is for

  // All counts: bytes since the beginning.
  std::uint64_t accepted_ = 0;  // from the program
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t window_;
  std::size_t sendBuffer_;

  // What the peer has accepted and this end's program has not received: what has arrived, then what
  // is on the wire, then what the peer has not sent yet.
  ByteQueue incoming_;
  std::uint64_t arrived_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t advertised_;
  std::size_t receiveBuffer_;

  State state_ = State::Closed;
  bool finWanted_ = false;
  bool finSent_ = false;
  bool finArrived_ = false;
  bool reset_ = false;
  bool closed_ = false;  // by the program
  bool forgotten_ = false;
  int error_ = 0;
  int tries_ = 0;
};

}  // namespace ropewalk::detail
