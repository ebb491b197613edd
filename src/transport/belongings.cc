#include "transport/belongings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "ropewalk/protocol.h"

namespace ropewalk::detail {

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

DelayedCall Belongings::keep(DelayedCall call) {
  // Those that have run are let go whenever the list would grow.
  if (calls_.size() == calls_.capacity()) {
    std::erase_if(calls_, [](const DelayedCall& each) { return !each.active(); });
  }
  calls_.push_back(call);
  return call;
}

}  // namespace ropewalk::detail
