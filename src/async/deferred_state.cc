// Firing and cancelling. run() calls the chain of Continuations in a loop rather than by recursion;
// PromiseCore fails a Deferred whose promise is cancelled or dropped.

#include "ropewalk/detail/deferred_state.h"

#include "async/failure_of.h"
#include "async/level.h"
#include "ropewalk/detail/step.h"
#include "ropewalk/log.h"
#include "ropewalk/promise.h"

namespace ropewalk::detail {
namespace {

// Cancelling and dropping a promise are deliberate, so they are logged for debugging only.
bool isWorthTelling(const Failure& failure) {
  return !failure.check<CancelledError>() && !failure.check<PromiseDropped>();
}

void reportUnhandled(const Failure& failure, Place place) {
  constexpr std::string_view kFormat = "unhandled failure in the Deferred made at {}:{}: {}: {}";
  if (isWorthTelling(failure)) {
    logError(kFormat, place.file, place.line, failure.typeName(), failure);
  } else {
    logDebug(kFormat, place.file, place.line, failure.typeName(), failure);
  }
}

}  // namespace

DeferredState::~DeferredState() {
  if (hasFailed() && !handled_) reportUnhandled(failure_, place_);
}

void DeferredState::fail(Failure failure) noexcept {
  assert(failure && "a Deferred was failed with no failure");
  failure_ = std::move(failure);
  status_ = Status::Failed;
}

void DeferredState::run() noexcept {
  DeferredState* source = this;
  while (source->continuation_ != nullptr) {
    Continuation& next = *std::exchange(source->continuation_, nullptr);
    DeferredState* const following = next.proceed(*source);
    if (source != this) source->release();
    if (following == nullptr) return;
    source = following;
  }
  if (source != this) source->release();
}

void DeferredState::fire() noexcept {
  if (continuation_ != nullptr) Level::fire(*this);
}

void DeferredState::destroy() noexcept { Level::destroy(*this); }

void DeferredState::cancel() noexcept {
  DeferredState* target = this;
  while (target != nullptr && !target->hasResult()) target = target->cancelOnce();
}

void refuseOwnResult(const DeferredState& inner, const DeferredState& target) {
  if (&inner == &target) throw Error("a callback returned the very Deferred that waits for it");
}

bool PromiseCore::admitFiring(const DeferredState& state) {
  if (!state.hasResult()) return true;
  if (!std::exchange(swallowsLateFiring, false)) throw AlreadyCalledError();
  return false;
}

void PromiseCore::cancel(DeferredState& state) noexcept {
  const Ref<DeferredState> keep(&state);
  swallowsLateFiring = !canceller;
  Failure outcome = runCanceller();
  if (!state.hasResult()) {
    state.fail(std::move(outcome));
    state.fire();
  } else if (!outcome.check<CancelledError>()) {
    logError("exception in the canceller of a Promise: {}", outcome);
  }
}

// Returns the failure for the promise if the canceller does not fire it.
Failure PromiseCore::runCanceller() noexcept {
  Failure outcome = Failure::cancelled();
  isCancelling = true;
  try {
    // Promises that the canceller fires must take effect before it returns.
    const Level::Apart apart;
    UniqueFunction<void()> running = std::move(canceller);
    if (running) running();
  } catch (...) {
    outcome = Failure::current();
  }
  isCancelling = false;
  return outcome;
}

void PromiseCore::abandon(DeferredState& state) noexcept {
  // A canceller may drop the promise: then cancel() fails it.
  if (state.hasResult() || isCancelling) return;
  const bool someoneCares = state.isAwaited() || state.refCount() > 1;
  if (!someoneCares) return;
  state.fail(failureOf<PromiseDropped>());
  state.fire();
}

}  // namespace ropewalk::detail
