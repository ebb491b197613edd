// The program's side of a simulated socket; packets.cc is the network's.

#include "reactor/sim/socket.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "reactor/sim/link.h"
#include "reactor/sim/network.h"

namespace ropewalk::detail {

namespace {

Transfer failed(int error) { return {.bytes = -1, .error = error}; }
Transfer moved(std::size_t bytes) { return {.bytes = static_cast<std::ptrdiff_t>(bytes)}; }

}  // namespace

SimSocket::SimSocket(SimLink& link, SimSocket& peer, SimHost* host, const Address& address)
    : link_(link),
      peer_(peer),
      host_(host),
      address_(address),
      window_(link.network().buffers.receive),
      sendBuffer_(link.network().buffers.send),
      advertised_(link.network().buffers.receive),
      receiveBuffer_(link.network().buffers.receive) {}

void SimSocket::connect() {
  // The kernel asks who has the address, three times, a second apart.
  constexpr Duration kNobodyHasIt = 3s;
  state_ = State::Connecting;
  if (peer_.host_ != nullptr) {
    transmit(SimPacket::Kind::Syn);
  } else {
    link_.network().remind(*this, link_.shared_from_this(),
                           {.kind = SimPacket::Kind::Retry, .error = EHOSTUNREACH}, kNobodyHasIt);
  }
}

int SimSocket::takeError() noexcept { return std::exchange(error_, 0); }

bool SimSocket::isReadable() const noexcept {
  return unread() > 0 || finArrived_ || state_ == State::Dead;
}

bool SimSocket::isWritable() const noexcept {
  if (state_ != State::Open) return state_ == State::Dead;
  return finWanted_ || room() * 3 >= sendBuffer_;
}

Transfer SimSocket::receive(char* buffer, std::size_t size) {
  if (unread() > 0) {
    SimNetwork& network = link_.network();
    const std::size_t count =
        network.cut(std::min(unread(), size), network.segmentation.maxReceive);
    incoming_.bytes().copy(buffer, count);
    incoming_.drop(count);
    consumed_ += count;
    openWindow();
    return moved(count);
  }
  if (finArrived_) return moved(0);
  if (error_ != 0) return failed(takeError());
  return state_ == State::Dead ? moved(0) : failed(EAGAIN);
}

Transfer SimSocket::send(const iovec* pieces, int count) {
  if (error_ != 0) return failed(takeError());
  if (state_ == State::Dead || finWanted_) return failed(EPIPE);
  std::size_t total = 0;
  for (int i = 0; i < count; ++i) total += pieces[i].iov_len;
  if (total == 0) return moved(0);
  if (state_ != State::Open || room() == 0) return failed(EAGAIN);
  SimNetwork& network = link_.network();
  total = network.cut(std::min(total, room()), network.segmentation.maxSend);
  std::size_t left = total;
  for (int i = 0; left > 0; ++i) {
    const std::size_t taken = std::min(left, pieces[i].iov_len);
    peer_.incoming_.append({static_cast<const char*>(pieces[i].iov_base), taken});
    left -= taken;
  }
  accepted_ += total;
  pump();
  return moved(total);
}

void SimSocket::shutdownWrite() {
  if (state_ != State::Open || finWanted_) return;
  finWanted_ = true;
  pump();
  changed();
}

void SimSocket::close(bool reset) {
  closed_ = true;
  watcher_ = nullptr;
  if (state_ == State::Dead) return;
  if (state_ == State::Connecting) {
    // If the server says yes, it hears a reset then.
    die();
  } else if (reset || unread() > 0) {
    transmit(SimPacket::Kind::Reset);
    die();
  } else {
    finWanted_ = true;
    pump();
  }
}

// Puts on the wire what the peer has room for, and then the end.
void SimSocket::pump() {
  while (sent_ < accepted_ && sent_ < window_) {
    const std::uint64_t most = link_.network().wires.packetSize(*host_, *peer_.host_);
    const auto size =
        static_cast<std::size_t>(std::min({window_, accepted_, sent_ + most}) - sent_);
    const auto behind = static_cast<std::size_t>(sent_ - peer_.consumed_);
    const std::string_view bytes = peer_.incoming_.bytes().substr(behind, size);
    sent_ += size;
    transmit({.kind = SimPacket::Kind::Data, .size = size, .hash = SimTrace::hashOf(bytes)});
  }
  if (sent_ == accepted_ && finWanted_ && !finSent_) {
    finSent_ = true;
    transmit(SimPacket::Kind::Fin);
    if (closed_ && finArrived_) die();
  }
}

// Tells the peer that there is room again, unless it is too little to be worth a packet.
void SimSocket::openWindow() {
  const std::uint64_t edge = consumed_ + receiveBuffer_;
  if (state_ != State::Open || (edge - advertised_) * 4 < receiveBuffer_) return;
  advertised_ = edge;
  transmit({.kind = SimPacket::Kind::Window, .arrived = arrived_, .window = edge});
}

void SimSocket::transmit(const SimPacket& packet) {
  link_.network().carry(peer_, link_.shared_from_this(), packet);
}

void SimSocket::transmit(SimPacket::Kind kind) { transmit(SimPacket{.kind = kind}); }

// Whatever is not on the wire yet is never sent.
void SimSocket::die() noexcept { state_ = State::Dead; }

void SimSocket::forget() noexcept {
  if (state_ == State::Closed) return;
  forgotten_ = true;
  die();
}

void SimSocket::changed() {
  if (watcher_ != nullptr) host_->ready.note(*watcher_);
}

}  // namespace ropewalk::detail
