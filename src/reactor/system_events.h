#pragma once

#include <array>
#include <map>
#include <memory>
#include <utility>

#include "ropewalk/reactor.h"

namespace ropewalk::detail {

// The triggers that wait for a reactor's start and stop, and the firing of one event (rules RC7,
// RC9 to RC12).
class SystemEvents {
 public:
  using Trigger = UniqueFunction<Deferred<void>()>;

  TriggerId add(Phase phase, SystemEvent event, Trigger trigger);

  // Throws UnknownTrigger.
  void remove(TriggerId id);

  // Calls the "before" triggers; when all that they returned is done, `during`, the "during"
  // triggers, the "after" triggers and `finished`. All of it has happened when this returns, unless
  // something is still to be waited for. From the event loop.
  void fire(SystemEvent event, UniqueFunction<void()> during, UniqueFunction<void()> finished);

  // From then on until the rest has been done by proceed(), from the event loop once it is ready.
  bool waiting() const noexcept { return firing_ && firing_->proceed; }
  bool ready() const noexcept { return waiting() && firing_->pending == 0; }
  void proceed() { std::exchange(firing_->proceed, nullptr)(); }

  // Waits for nothing any more.
  void hurry() noexcept;

  // While on, no trigger is called: the process has forked, and this is the child.
  void setLeft(bool on) noexcept { isLeft_ = on; }

 private:
  using Triggers = std::map<TriggerId, Trigger>;  // in the order in which they were added

  struct Firing {
    std::size_t pending = 1;  // one is for the calling itself
    UniqueFunction<void()> proceed;

    void oneDone() noexcept;
  };

  // Takes out the first trigger for this moment; an empty one if there is none.
  Trigger take(Phase phase, SystemEvent event);
  void runAll(Phase phase, SystemEvent event);

  Triggers& at(Phase phase, SystemEvent event);

  std::array<Triggers, 6> triggers_;  // for each phase of each event
  std::uint64_t lastId_ = 0;
  std::shared_ptr<Firing> firing_;
  bool isLeft_ = false;
};

}  // namespace ropewalk::detail
