#include "reactor/system_events.h"

#include <cstddef>
#include <utility>

#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"

namespace ropewalk::detail {

namespace {

void logFailure(const Failure& why) {
  logError("a system event trigger failed with {}: {}", why.typeName(), why);
}

}  // namespace

SystemEvents::Triggers& SystemEvents::at(Phase phase, SystemEvent event) {
  return triggers_.at(2 * static_cast<std::size_t>(phase) + static_cast<std::size_t>(event));
}

TriggerId SystemEvents::add(Phase phase, SystemEvent event, Trigger trigger) {
  const TriggerId id{++lastId_};
  at(phase, event).emplace(id, std::move(trigger));
  return id;
}

void SystemEvents::remove(TriggerId id) {
  for (Triggers& triggers : triggers_) {
    const Triggers::node_type destroyedLast = triggers.extract(id);
    if (destroyedLast) return;
  }
  throw UnknownTrigger();
}

void SystemEvents::fire(SystemEvent event, UniqueFunction<void()> during,
                        UniqueFunction<void()> finished) {
  firing_ = std::make_shared<Firing>();
  firing_->proceed = [this, event, during = std::move(during),
                      finished = std::move(finished)]() mutable {
    during();
    runAll(Phase::During, event);
    runAll(Phase::After, event);
    finished();
  };
  const std::shared_ptr<Firing> firing = firing_;
  while (Trigger trigger = take(Phase::Before, event)) {
    ++firing->pending;
    try {
      // The reactor may be destroyed before the Deferred fires.
      trigger().addErrback(logFailure).addCallback([weak = std::weak_ptr<Firing>(firing)] {
        if (const std::shared_ptr<Firing> alive = weak.lock()) alive->oneDone();
      });
    } catch (...) {
      logFailure(Failure::current());  // out of memory: do not wait for this trigger
      firing->oneDone();
    }
  }
  firing->oneDone();
  if (ready()) proceed();
}

void SystemEvents::Firing::oneDone() noexcept {
  if (pending > 0) --pending;  // else there was no waiting for it
}

void SystemEvents::hurry() noexcept {
  if (firing_) firing_->pending = 0;
}

SystemEvents::Trigger SystemEvents::take(Phase phase, SystemEvent event) {
  Triggers& triggers = at(phase, event);
  if (triggers.empty() || isLeft_) return {};
  return std::move(triggers.extract(triggers.begin()).mapped());
}

void SystemEvents::runAll(Phase phase, SystemEvent event) {
  while (Trigger trigger = take(phase, event)) {
    try {
      trigger().addErrback(logFailure);
    } catch (...) {
      logFailure(Failure::current());
    }
  }
}

}  // namespace ropewalk::detail
