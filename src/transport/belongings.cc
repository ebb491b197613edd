#include "transport/belongings.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "ropewalk/protocol.h"
#include "ropewalk/timeout.h"

namespace ropewalk::detail {

Belongings::~Belongings() {
  while (timeouts_ != nullptr) forget(*timeouts_);
}

Belongings& Belongings::of(Protocol& protocol) {
  if (!protocol.belongings_) protocol.belongings_ = std::make_unique<Belongings>();
  return *protocol.belongings_;
}

void Belongings::end(Protocol& protocol) {
  if (!protocol.belongings_) return;
  Belongings& belongings = *protocol.belongings_;
  belongings.ended_ = true;
  for (DelayedCall& call : std::exchange(belongings.calls_, {})) {
    if (call.active()) call.cancel();
  }
  while (belongings.timeouts_ != nullptr) belongings.forget(*belongings.timeouts_);
  if (belongings.scope_) belongings.scope_->close();
}

void Belongings::handOver(Protocol& protocol) noexcept {
  if (!protocol.belongings_) return;
  Belongings& belongings = *protocol.belongings_;
  belongings.handedOver_ = true;
  if (belongings.scope_) belongings.scope_->handOver();
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

void Belongings::keep(Timeout& timeout) noexcept {
  timeout.nextOfProtocol_ = std::exchange(timeouts_, &timeout);
  timeout.keeper_ = this;
}

// Stops it, too.
void Belongings::forget(Timeout& timeout) noexcept {
  Timeout** at = &timeouts_;
  while (*at != &timeout) at = &(*at)->nextOfProtocol_;
  *at = std::exchange(timeout.nextOfProtocol_, nullptr);
  timeout.keeper_ = nullptr;
  timeout.removeDeadline();
}

Scope& Belongings::scope() {
  if (!scope_) {
    scope_ = Ref<Scope>(new Scope);
    if (handedOver_) scope_->handOver();
    if (ended_) scope_->close();
  }
  return *scope_;
}

}  // namespace ropewalk::detail
