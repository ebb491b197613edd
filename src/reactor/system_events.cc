#include "reactor/system_events.h"

#include <algorithm>
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

TriggerId SystemEvents::add(Phase phase, SystemEvent event, Trigger trigger) {
  const TriggerId id{++lastId_};
  entries_.push_back({id, phase, event, std::move(trigger)});
  return id;
}

void SystemEvents::remove(TriggerId id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [id](const Entry& entry) { return entry.id == id; });
  if (found == entries_.end()) throw UnknownTrigger();
  const Trigger destroyedLast = std::move(found->trigger);
  entries_.erase(found);
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
      // If the reactor is gone by then, nobody is told.
      trigger().addErrback(logFailure).addCallback([weak = std::weak_ptr<Firing>(firing)] {
        if (const std::shared_ptr<Firing> alive = weak.lock()) alive->oneDone();
      });
    } catch (...) {
      logFailure(Failure::current());  // out of memory: nobody can wait for this one
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
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.phase == phase && entry.event == event;
  });
  if (found == entries_.end() || isLeft_) return {};
  Trigger trigger = std::move(found->trigger);
  entries_.erase(found);
  return trigger;
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
