#pragma once

#include <utility>

#include "transport/connection.h"

namespace ropewalk::detail {

// Every call of user code from outside readReady() goes through here. An exception ends this
// connection and no other.
template <typename Call>
void Connection::guarded(const Call& call) noexcept {
  if (turn_.slowTurns().isOn()) turn_.slowTurns().enter(*this);
  Connection* const before = turn_.inHand();
  turn_.setInHand(this);
  try {
    call();
  } catch (...) {
    callbackThrew();
  }
  turn_.setInHand(before);
  if (before && turn_.isLeft()) before->leave(true);
}

}  // namespace ropewalk::detail
