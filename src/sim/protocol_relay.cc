#include "sim/protocol_relay.h"

#include <utility>

namespace ropewalk::detail {

void ProtocolRelay::dataReceived(std::string_view data) {
  if (target_) target_->dataReceived(data);
}

void ProtocolRelay::readConnectionLost() {
  if (target_) {
    target_->readConnectionLost();
  } else {
    Protocol::readConnectionLost();
  }
}

void ProtocolRelay::writeConnectionLost() {
  if (target_) target_->writeConnectionLost();
}

void ProtocolRelay::connectionLost(const Failure& why) {
  if (!target_) return;
  std::exchange(target_, nullptr)->endConnection(why);
}

void ProtocolRelay::drainRequested() {
  if (target_) {
    target_->drainRequested();
  } else {
    Protocol::drainRequested();
  }
}

std::string ProtocolRelay::logPrefix() const { return target_ ? target_->logPrefix() : "-"; }

}  // namespace ropewalk::detail
