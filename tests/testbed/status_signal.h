#pragma once

#include <atomic>
#include <thread>

#include "ropewalk/reactor.h"

namespace testbed {

// While this lives, SIGUSR1 makes `reactor` write one line of JSON about itself to stderr.
//
// A thread waits for the signal, so no system call of the reactor is interrupted. Make it before
// any other thread: they inherit that the signal is blocked.
class StatusSignal {
 public:
  // `reactor` must outlive this.
  explicit StatusSignal(ropewalk::Reactor& reactor);
  StatusSignal(const StatusSignal&) = delete;
  StatusSignal& operator=(const StatusSignal&) = delete;
  ~StatusSignal();

 private:
  void wait();
  void beat();

  ropewalk::Reactor& reactor_;
  ropewalk::DelayedCall nextBeat_;
  std::atomic<bool> isOver_ = false;
  std::thread thread_;
};

}  // namespace testbed
