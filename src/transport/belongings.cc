#include "transport/belongings.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "ropewalk/protocol.h"

namespace ropewalk::detail {

// Not defined in the class: g++ 12 would then leak the memory if the constructor throws.
Belongings::Belongings() : scope_(new Scope) {}

Belongings& Belongings::of(Protocol& protocol) {
  if (!protocol.belongings_) protocol.belongings_ = std::make_unique<Belongings>();
  return *protocol.belongings_;
}

void Belongings::end(Protocol& protocol) {
  if (!protocol.belongings_) return;
  Belongings& belongings = *protocol.belongings_;
  for (DelayedCall& call : std::exchange(belongings.calls_, {})) {
    if (call.active()) call.cancel();
  }
  belongings.scope_->close();
}

void Belongings::handOver(Protocol& protocol) noexcept {
  if (protocol.belongings_) protocol.belongings_->scope_->handOver();
}

void Belongings::makeRoom() {
  if (calls_.size() < calls_.capacity()) return;
  // Drops the calls that have run whenever the list would grow.
  std::erase_if(calls_, [](const DelayedCall& each) { return !each.active(); });
  // Grows unless that freed half of the list. Otherwise a nearly full list would be searched for
  // every call.
  if (2 * calls_.size() > calls_.capacity() || calls_.capacity() == 0) {
    calls_.reserve(std::max<std::size_t>(1, 2 * calls_.capacity()));
  }
}

DelayedCall Belongings::keep(DelayedCall call) noexcept {
  calls_.push_back(call);
  return call;
}

}  // namespace ropewalk::detail
