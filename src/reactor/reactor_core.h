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

// The parts of a Reactor, for the layers above it and for the simulated world.
class ReactorCore final : private DriverOwner, private sys::ForkWatcher {
 public:
  ReactorCore(Reactor& reactor, std::unique_ptr<Driver> driver);
  ~ReactorCore() override;

  static ReactorCore& of(Reactor& reactor) noexcept { return *reactor.core_; }

  Reactor& reactor() noexcept { return reactor_; }
  Driver& driver() noexcept { return *driver_; }
  TimerQueue& timers() noexcept { return timers_; }
  Turn& turn() noexcept { return turn_; }
  SystemEvents& events() noexcept { return events_; }
  ThreadCalls& threadCalls() noexcept { return threadCalls_; }
  Descriptors& descriptors() noexcept { return descriptors_; }

  // True if the library has as many descriptors open as RLIMIT_NOFILE allows, less a reserve of
  // max(32, limit / 20), at most half of the limit. Ports then stop accepting. Notices when the
  // limit is raised. False while there is no connection, so that one is always accepted.
  bool descriptorsAreUsedUp() noexcept;

  // False in a child process before afterFork(). A loop that calls user code must check it after
  // each call: the call may have forked, and the child must not continue the loop.
  bool isOurs() const noexcept { return driver_->isOurs(); }
  void afterFork();

  // Replaces the destructor in a child that did not call afterFork(): closes the descriptors, calls
  // no user code and frees nothing.
  static void abandon(std::unique_ptr<ReactorCore> core) noexcept;

  // Until it is removed, a resident is notified when the reactor drains and stops. Throws
  // ReactorNotRunning once the reactor is being destroyed.
  void add(std::shared_ptr<Resident> resident);
  void remove(Resident& resident) noexcept {
    turn_.requireHome("stopListening() or stopConnecting()");
    residents_.remove(resident);
  }

  // The three parts of run(), for a world that runs several reactors: fires Startup; runs one turn;
  // does the rest after the last turn.
  void start();
  bool turnOnce(bool block);
  void finish() noexcept;

  // True if turnOnce() has work to do without waiting.
  bool busy() const noexcept;

  // True from start() until Shutdown was fired or crash() was called.
  bool active() const noexcept { return state_ != State::Idle; }

  bool isDraining() const noexcept { return draining_; }

  // True while nothing new may start: the reactor drains, or is ending connections and ports.
  bool isEnding() const noexcept { return draining_ || disconnecting_; }

  bool running() const noexcept { return running_; }
  void run(bool handleSignals);
  void iterate(Duration delay);
  void stop();
  void crash() noexcept;
  void drain(Duration deadline);
  void setSlowTurnLimit(Duration limit);
  ReactorStatistics statistics() const;

  // Replaces the call for this signal; an empty one removes it.
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
  std::size_t usableDescriptors_ = 0;  // from the last check
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
  bool unsteady_ = false;  // starting, draining, stopping or crashed, or slow turns are timed
  bool running_ = false;
  bool draining_ = false;
  bool drainBegins_ = false;  // drain() was called, and the next turn must start draining
  bool disconnecting_ = false;
  bool closed_ = false;      // being destroyed
  bool unfinished_ = false;  // iterate() returned during a start or a stop
  bool waiting_ = false;     // inside Driver::wait()
  bool handlesSignals_ = false;
  bool signalSeen_ = false;

  State stateAtFork_ = State::Idle;  // saved while left_
  bool left_ = false;                // a child process, and the reactor belongs to the parent
  bool mayBeBroken_ = false;         // another thread was running it at the fork
};

}  // namespace ropewalk::detail
