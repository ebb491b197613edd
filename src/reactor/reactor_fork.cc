// A reactor in a child process. At the fork, forkedInChild() makes the child's core look finished
// and its connections paused, so that it disturbs nothing of the parent. afterFork() undoes that
// for a child that goes on with the reactor, after the driver got descriptors of its own.

#include "reactor/reactor_core.h"
#include "transport/connection.h"

namespace ropewalk::detail {

void ReactorCore::forkedInChild() noexcept {
  threadCalls_.unlock();
  if (isOurs() || left_) return;
  mayBeBroken_ = !turn_.home().isHere();
  stateAtFork_ = state_;
  setLeft(true);
  timers_.breakOff();
  driver_->forkedInChild();
}

// On, in a child: the loop ends when the callback that forked returns.
void ReactorCore::setLeft(bool on) noexcept {
  left_ = on;
  state_ = on ? State::Finished : stateAtFork_;
  unsteady_ = true;
  turn_.setLeft(on);
  events_.setLeft(on);
}

void ReactorCore::afterFork() {
  driver_->afterFork();
  if (left_) setLeft(false);
}

// In a child, run() returns without another call of user code.
void ReactorCore::leaveRun() noexcept {
  stateAtFork_ = State::Idle;
  running_ = unfinished_ = handlesSignals_ = false;
}

// Frees nothing, and leaves the core registered as a fork watcher.
void ReactorCore::abandon(std::unique_ptr<ReactorCore> core) noexcept {
  ReactorCore& left = *core.release();
  if (left.mayBeBroken_) return;
  left.turn_.abandonAll();
  left.residents_.abandonAll();
  left.turn_.partings().closeAll();
  left.driver_->abandon();
}

}  // namespace ropewalk::detail
