#pragma once

#include <array>
#include <map>
#include <memory>
#include <utility>

#include "ropewalk/reactor.h"

namespace ropewalk::detail {

// The triggers for a reactor's start and stop, and the firing of one event (rules RC7, RC9 to
// RC12).
class SystemEvents {
 public:
  using Trigger = UniqueFunction<Deferred<void>()>;

  TriggerId add(Phase phase, SystemEvent event, Trigger trigger);

  // Throws UnknownTrigger.
  void remove(TriggerId id);

  // Calls the "before" triggers. When all the Deferreds that they returned have fired, calls
  // `during`, the "during" triggers, the "after" triggers and `finished`. This is complete when
  // fire() returns, unless a Deferred is still pending. From the event loop.
  void fire(SystemEvent event, UniqueFunction<void()> during, UniqueFunction<void()> finished);

  // waiting(): a Deferred was pending, and the rest is not done. Once ready(), the event loop must
  // call proceed().
  bool waiting() const noexcept { return firing_ && firing_->proceed; }
  bool ready() const noexcept { return waiting() && firing_->pending == 0; }
  void proceed() { std::exchange(firing_->proceed, nullptr)(); }

  // Stops waiting for pending Deferreds.
  void hurry() noexcept;

  // While on, no trigger is called: this is the child of a fork.
  void setLeft(bool on) noexcept { isLeft_ = on; }

 private:
  using Triggers = std::map<TriggerId, Trigger>;  // in the order in which they were added

  struct Firing {
    std::size_t pending = 1;  // one more while the triggers are being called
    UniqueFunction<void()> proceed;

    void oneDone() noexcept;
  };

  // Removes and returns the first trigger of this phase; an empty one if there is none.
  Trigger take(Phase phase, SystemEvent event);
  void runAll(Phase phase, SystemEvent event);

  Triggers& at(Phase phase, SystemEvent event);

  std::array<Triggers, 6> triggers_;  // one for each phase of each event
  std::uint64_t lastId_ = 0;
  std::shared_ptr<Firing> firing_;
  bool isLeft_ = false;
};

}  // namespace ropewalk::detail
