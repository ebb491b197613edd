#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "reactor/descriptors.h"
#include "reactor/driver.h"
#include "reactor/memory_return.h"
#include "reactor/resident.h"
#include "reactor/system_events.h"
#include "reactor/thread_calls.h"
#include "reactor/timer_queue.h"
#include "ropewalk/reactor.h"
#include "sys/fork_watcher.h"
#include "transport/turn.h"

namespace ropewalk::detail {

// What a Reactor is made of, for the layers above it and for the simulated world.
class ReactorCore final : private DriverOwner, private sys::ForkWatcher {
 public:
  ReactorCore(Reactor& reactor, std::unique_ptr<Driver> driver);
  ~ReactorCore();

  static ReactorCore& of(Reactor& reactor) noexcept { return *reactor.core_; }

  Reactor& reactor() noexcept { return reactor_; }
  Driver& driver() noexcept { return *driver_; }
  TimerQueue& timers() noexcept { return timers_; }
  Turn& turn() noexcept { return turn_; }
  SystemEvents& events() noexcept { return events_; }
  ThreadCalls& threadCalls() noexcept { return threadCalls_; }
  Descriptors& descriptors() noexcept { return descriptors_; }

  // True if the library has as many descriptors open as RLIMIT_NOFILE allows, less a reserve of
  // max(32, limit / 20), at most half of the limit: ports accept no more then. Notices a limit that
  // was raised meanwhile. False while there is no connection, so that one is always accepted.
  bool descriptorsAreUsedUp() noexcept;

  // False in a child process before afterFork(). Loops that call user code check it after each
  // call, because the call may have forked, and the child must not go on.
  bool isOurs() const noexcept { return driver_->isOurs(); }
  void afterFork();

  // In place of the destructor, in a child that did not call afterFork(): closes the descriptors,
  // calls no user code and frees nothing.
  static void abandon(std::unique_ptr<ReactorCore> core) noexcept;

  // A resident is told when the reactor drains and stops, until it leaves. Throws ReactorNotRunning
  // once the reactor is being destroyed.
  void add(std::shared_ptr<Resident> resident);
  void remove(Resident& resident) noexcept {
    turn_.requireHome("stopListening() or stopConnecting()");
    residents_.remove(resident);
  }

  // run() in three parts, for a world that turns several reactors: fires Startup; one turn; what is
  // left to do when the turns are over.
  void start();
  bool turnOnce(bool block);
  void finish() noexcept;

  // True while turnOnce() would do something without waiting.
  bool busy() const noexcept;

  // True from start() until Shutdown has been fired or crash() was called.
  bool active() const noexcept { return state_ != State::Idle; }

  bool isDraining() const noexcept { return draining_; }

  // True while nothing new is to be begun: the reactor drains, or tells everybody that it stops.
  bool isEnding() const noexcept { return draining_ || disconnecting_; }

  bool running() const noexcept { return running_; }
  void run(bool handleSignals);
  void iterate(Duration delay);
  void stop();
  void crash() noexcept;
  void drain(Duration deadline);
  void setSlowTurnLimit(Duration limit);
  ReactorStatistics statistics() const;

  // In place of what is called for this signal now; null for nobody.
  void onSignal(int signal, UniqueFunction<void()> call);

 private:
  class AtWork;
  enum class State { Idle, Active, StopRequested, Stopping, Finished };

  void beforeFork() noexcept override { threadCalls_.lock(); }
  void forkedInParent() noexcept override { threadCalls_.unlock(); }
  void forkedInChild() noexcept override;
  void setLeft(bool on) noexcept;
  void leaveRun() noexcept;
  bool turnCurrent(bool block);
  void watch(const char* what) noexcept;
  bool over() const noexcept { return state_ == State::Finished || state_ == State::Idle; }
  void signalled(int signal) noexcept override;
  void awaitPartings();
  void letSignalsGo();
  void fireShutdown();
  void beginDrain() noexcept;
  void stopDraining() noexcept;
  void disconnectAll() noexcept;
  TimePoint nextAlarm() const noexcept {
    return std::min(timers_.nextDeadline(), turn_.deadlines().nextSweep());
  }
  void runDue() noexcept;
  void changeState() noexcept;

  Reactor& reactor_;
  std::unique_ptr<Driver> driver_;
  std::size_t usableDescriptors_ = 0;  // as last asked
  ThreadCalls threadCalls_;
  TimerQueue timers_;
  SystemEvents events_;
  Residents residents_;
  std::vector<std::shared_ptr<Resident>> toDrain_;  // from drain() until it is carried out
  Turn turn_;
  MemoryReturn memoryReturn_;
  Descriptors descriptors_;
  std::map<int, std::shared_ptr<UniqueFunction<void()>>> signalCalls_;
  DelayedCall drainDeadline_;
  Duration latestCall_{};
  State state_ = State::Idle;
  bool unsteady_ = false;  // starting, draining, stopping or crashed, or turns are watched
  bool running_ = false;
  bool draining_ = false;
  bool drainBegins_ = false;  // drain() was called, and the next turn carries it out
  bool disconnecting_ = false;
  bool closed_ = false;      // being destroyed
  bool unfinished_ = false;  // between two calls of iterate() that a start or an end goes on in
  bool waiting_ = false;     // for the driver, and what it calls
  bool handlesSignals_ = false;
  bool signalSeen_ = false;

  State stateAtFork_ = State::Idle;  // while left_
  bool left_ = false;                // this is a child process, and the reactor is the parent's
  bool mayBeBroken_ = false;         // the fork came while another thread was at work
};

}  // namespace ropewalk::detail
