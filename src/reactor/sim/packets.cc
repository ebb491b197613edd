// What arrives at a simulated socket; socket.cc is what the program does with it.

#include <algorithm>
#include <cerrno>
#include <utility>

#include "reactor/sim/link.h"
#include "reactor/sim/network.h"
#include "reactor/sim/socket.h"

namespace ropewalk::detail {

namespace {

// Whether a kernel that knows nothing of the connection answers with a reset.
bool isStray(SimPacket::Kind kind) {
  switch (kind) {
    case SimPacket::Kind::SynAck:
    case SimPacket::Kind::Established:
    case SimPacket::Kind::Data:
    case SimPacket::Kind::Window:
    case SimPacket::Kind::Fin:
      return true;
    default:
      return false;
  }
}

}  // namespace

void SimSocket::arrive(const SimPacket& packet) {
  if (forgotten_) {
    if (isStray(packet.kind)) transmit(SimPacket::Kind::Reset);
    return;
  }
  switch (packet.kind) {
    case SimPacket::Kind::Syn:
      return synArrived();
    case SimPacket::Kind::SynAck:
      return synAckArrived();
    case SimPacket::Kind::Established:
      return established();
    case SimPacket::Kind::Refused:
      return retry(ECONNREFUSED);
    case SimPacket::Kind::Data:
      return dataArrived(packet.size);
    case SimPacket::Kind::Window:
      return windowArrived(packet);
    case SimPacket::Kind::Fin:
      return finArrived();
    case SimPacket::Kind::Reset:
      return resetArrived();
    case SimPacket::Kind::Retry:
      return retry(packet.error);
  }
}

void SimSocket::synArrived() {
  const std::shared_ptr<SimListener> listener = host_->listenerAt(address_);
  const sim::Firewall firewall = host_->firewall(address_.port());
  if (firewall == sim::Firewall::Refuse) return transmit(SimPacket::Kind::Refused);
  const bool heard = firewall == sim::Firewall::Open;
  if (heard && !listener) return transmit(SimPacket::Kind::Refused);
  if (heard && listener->reserve()) {
    listener_ = listener;
    state_ = State::Waiting;
    return transmit(SimPacket::Kind::SynAck);
  }
  // Dropped. The client's own clock will make it ask again, at last in vain.
  constexpr int kTries = 6;
  link_.network().remind(peer_, link_.shared_from_this(),
                         {.kind = SimPacket::Kind::Retry, .error = tries_ < kTries ? 0 : ETIMEDOUT},
                         1s * (1 << tries_));
  ++tries_;
}

void SimSocket::synAckArrived() {
  if (state_ != State::Connecting) return transmit(SimPacket::Kind::Reset);
  state_ = State::Open;
  transmit(SimPacket::Kind::Established);
  changed();
}

void SimSocket::established() {
  if (state_ != State::Waiting) return;
  const std::shared_ptr<SimListener> listener = listener_.lock();
  if (!listener) {
    transmit(SimPacket::Kind::Reset);
    return die();
  }
  state_ = State::Open;
  listener->add(link_.shared_from_this());
}

void SimSocket::dataArrived(std::size_t size) {
  if (state_ != State::Open) return;
  if (closed_) {
    transmit(SimPacket::Kind::Reset);
    return die();
  }
  arrived_ += size;
  transmit({.kind = SimPacket::Kind::Window, .arrived = arrived_, .window = advertised_});
  changed();
}

void SimSocket::windowArrived(const SimPacket& packet) {
  acknowledged_ = std::max(acknowledged_, packet.arrived);
  window_ = std::max(window_, packet.window);
  if (state_ != State::Open) return;
  pump();
  changed();
}

void SimSocket::finArrived() {
  if (state_ != State::Open) return;
  finArrived_ = true;
  if (closed_ && finSent_) die();
  changed();
}

void SimSocket::resetArrived() {
  if (state_ == State::Waiting) {
    if (const auto listener = listener_.lock()) listener->cancel();
  } else if (state_ != State::Open) {
    return;
  }
  error_ = finArrived_ ? EPIPE : ECONNRESET;
  reset_ = true;
  die();
  changed();
}

// The connect has failed, or with no error is tried again.
void SimSocket::retry(int error) {
  if (state_ != State::Connecting) return;
  if (error == 0) return transmit(SimPacket::Kind::Syn);
  error_ = error;
  die();
  changed();
}

}  // namespace ropewalk::detail
