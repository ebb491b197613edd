// The loop. A turn runs calls, timers, state changes, ends and flushes, then waits in the driver.
// stop(), drain() and crash() only set flags (unsteady_ among them); the turn acts on them. After
// each call of user code, left_ says whether that call forked and this is the child.

#include "reactor/reactor_core.h"

#include <algorithm>
#include <new>
#include <utility>

#include "async/class_name.h"
#include "async/level.h"
#include "reactor/current_reactor.h"
#include "ropewalk/error.h"
#include "ropewalk/failure.h"
#include "ropewalk/log.h"
#include "ropewalk/memory_budget.h"
#include "transport/connection.h"

namespace ropewalk::detail {

// While this exists, the reactor is current, log lines carry the names of its connections, and
// released memory is returned to the system.
class ReactorCore::AtWork {
 public:
  explicit AtWork(ReactorCore& core) noexcept
      : core_(core),
        before_(core.turn_.home().set(std::this_thread::get_id())),
        current_(core.reactor_),
        named_(core.turn_),
        releases_(core.driver_->isReal() ? &core.memoryReturn_ : nullptr) {}
  AtWork(const AtWork&) = delete;
  AtWork& operator=(const AtWork&) = delete;
  ~AtWork() { core_.turn_.home().set(before_); }

 private:
  ReactorCore& core_;
  const std::thread::id before_;
  CurrentReactor current_;
  LogContext named_;
  Level::EventLoop loop_;
  sys::MemoryListening releases_;
};

ReactorCore::ReactorCore(Reactor& reactor, std::unique_ptr<Driver> driver)
    : reactor_(reactor),
      driver_(std::move(driver)),
      threadCalls_(*driver_),
      timers_(reactor),
      turn_(reactor),
      memoryReturn_(reactor, turn_.deadlines()),
      descriptors_(*driver_) {
  memoryBudget();  // computed now, while there are descriptors to read it
  driver_->setOwner(*this);
  timers_.setHome(turn_.home());
}

ReactorCore::~ReactorCore() {
  {
    const AtWork atWork(*this);
    threadCalls_.close();
  }
  closed_ = true;
  disconnectAll();
  timers_.cancelAll();
  // exit() in a callback destroys the reactor but not AtWork, so undo its effects here.
  if (!turn_.home().isTurning() || !turn_.home().isHere()) return;
  currentLogContext = nullptr;
  forgetCurrentReactor(reactor_);
}

bool ReactorCore::descriptorsAreUsedUp() noexcept {
  const std::size_t open = driver_->openDescriptors();
  if (open < usableDescriptors_) return false;
  const std::size_t limit = driver_->descriptorLimit();
  usableDescriptors_ = limit - std::min(std::max<std::size_t>(32, limit / 20), limit / 2);
  return open >= usableDescriptors_ && turn_.open() > 0;
}

void ReactorCore::add(std::shared_ptr<Resident> resident) {
  turn_.requireHome("listening or connecting");
  if (closed_) throw ReactorNotRunning();  // because it would never be ended
  residents_.add(std::move(resident));
}

void ReactorCore::run(bool handleSignals) {
  driver_->requireOurs();
  if (state_ != State::Idle && !unfinished_) throw ReactorAlreadyRunning();
  const AtWork atWork(*this);
  handlesSignals_ = handleSignals;
  try {
    if (handleSignals) driver_->catchStopSignals(true);
    if (state_ == State::Idle) start();
    unfinished_ = false;
  } catch (...) {
    letSignalsGo();
    throw;
  }
  while (!over() && turnCurrent(true)) {
  }
  if (left_) return leaveRun();
  awaitPartings();
  letSignalsGo();
  finish();
}

// Calls no user code: connections, ports and descriptors have ended. A signal ends the wait.
void ReactorCore::awaitPartings() {
  constexpr Duration kPeriod = 20ms;
  for (Partings& partings = turn_.partings(); !partings.empty();) {
    driver_->setAlarm(later(driver_->now(), kPeriod));
    driver_->wait(true);
    partings.look(driver_->now());
  }
}

void ReactorCore::letSignalsGo() {
  if (!std::exchange(handlesSignals_, false)) return;
  driver_->catchStopSignals(false);
  for (const auto& [signal, call] : signalCalls_) driver_->catchSignal(signal, true);
}

void ReactorCore::start() {
  if (state_ != State::Idle) throw ReactorAlreadyRunning();
  state_ = State::Active;
  signalSeen_ = false;
  unsteady_ = turn_.slowTurns().isOn();
  const AtWork atWork(*this);
  try {
    events_.fire(
        SystemEvent::Startup, [this] { running_ = true; }, [] {});
  } catch (...) {
    state_ = State::Idle;  // there was not enough memory to start
    throw;
  }
  if (events_.waiting()) unsteady_ = true;
}

bool ReactorCore::turnOnce(bool block) {
  if (left_) return false;
  const AtWork atWork(*this);
  return turnCurrent(block);
}

// One turn (RC18): calls from other threads, timers that are due, a stop, ends and flushes, then
// the network.
bool ReactorCore::turnCurrent(bool block) {
  if (!threadCalls_.empty()) {
    watch("calls from other threads");
    threadCalls_.run();
    if (left_) return false;  // one of them forked
  }
  if (nextAlarm() != TimePoint::max()) {
    watch("timed calls");
    runDue();
  }
  if (unsteady_) {
    if (left_) return false;
    changeState();
  }
  const bool more = turn_.finish();
  if (unsteady_) {
    if (turn_.slowTurns().isOn()) turn_.slowTurns().endTurn();
    if (over()) return false;
  }
  if (nextAlarm() != TimePoint::max()) driver_->setAlarm(nextAlarm());
  // A call from another thread wakes the driver, so the list need not be checked again.
  waiting_ = true;
  const bool goesOn = driver_->wait(block && !more && !(unsteady_ && busy()));
  waiting_ = false;
  return goesOn;
}

void ReactorCore::setSlowTurnLimit(Duration limit) {
  turn_.slowTurns().setLimit(limit);
  unsteady_ = true;
}

void ReactorCore::watch(const char* what) noexcept {
  if (turn_.slowTurns().isOn()) turn_.slowTurns().enter(what);
}

void ReactorCore::finish() noexcept {
  const AtWork atWork(*this);
  turn_.finish();
  turn_.partings().closeAll();
  running_ = unfinished_ = false;
  state_ = State::Idle;
}

bool ReactorCore::busy() const noexcept {
  return !threadCalls_.empty() || turn_.pending() || state_ == State::StopRequested ||
         drainBegins_ || (draining_ && turn_.open() == 0) || events_.ready();
}

void ReactorCore::runDue() noexcept {
  const TimePoint now = driver_->now();
  timers_.settle(now);
  const TimePoint due = timers_.nextDeadline();
  if (due <= now) {
    latestCall_ = std::max(latestCall_, now - due);
    timers_.runDue(now);
    if (left_) return;
  }
  if (turn_.deadlines().nextSweep() <= now) turn_.deadlines().sweep(now);
}

void ReactorCore::changeState() noexcept {
  if (std::exchange(drainBegins_, false)) beginDrain();
  if (draining_ && state_ == State::Active && turn_.open() == 0) state_ = State::StopRequested;
  if (events_.ready()) events_.proceed();
  if (state_ != State::StopRequested) return;
  try {
    fireShutdown();
  } catch (...) {
    state_ = State::StopRequested;  // not enough memory: try again in the next turn
  }
}

void ReactorCore::iterate(Duration delay) {
  driver_->requireOurs();
  // A connection must not end while its own callback waits for this to return, and the driver
  // cannot wait inside a wait.
  if (turn_.inHand() || waiting_) throw ReactorAlreadyRunning();
  // It may be due before the wait begins.
  DelayedCall enough = timers_.schedule(delay, [this] { driver_->wake(); });
  const bool alone = state_ == State::Idle || unfinished_;
  try {
    if (state_ == State::Idle) start();
  } catch (...) {
    enough.cancel();
    throw;
  }
  unfinished_ = false;
  const TimePoint now = driver_->now();
  timers_.settle(now);
  const bool hasWork = busy() || nextAlarm() <= now;
  turnOnce(!hasWork && delay > Duration::zero());
  if (!left_) turnOnce(false);
  if (left_) return leaveRun();
  if (enough.active()) enough.cancel();
  // This turn may have used up the wake-up for these calls, and our caller is about to wait.
  if (!threadCalls_.empty()) driver_->wake();
  if (!alone) return;
  const bool isSteady = state_ == State::Active && !draining_ && !events_.waiting();
  if (isSteady || over()) return finish();
  unfinished_ = true;
}

void ReactorCore::stop() {
  if (left_) return;  // the child's run() ends anyway
  if (state_ != State::Active) throw ReactorNotRunning();
  state_ = State::StopRequested;
  unsteady_ = true;
}

void ReactorCore::crash() noexcept {
  running_ = false;
  unsteady_ = true;
  state_ = State::Idle;
  stopDraining();
}

void ReactorCore::stopDraining() noexcept {
  draining_ = drainBegins_ = false;
  turn_.setDraining(false);
  toDrain_.clear();
  if (drainDeadline_.active()) drainDeadline_.cancel();
}

void ReactorCore::drain(Duration deadline) {
  if (state_ != State::Active) throw ReactorNotRunning();
  if (draining_) {
    if (later(driver_->now(), deadline) < drainDeadline_.getTime()) drainDeadline_.reset(deadline);
    return;
  }
  // Allocate first, so that either all residents are drained or none.
  toDrain_ = residents_.all();
  drainDeadline_ = timers_.schedule(deadline, [this] {
    if (state_ == State::Active) stop();
  });
  draining_ = unsteady_ = drainBegins_ = true;
  turn_.setDraining(true);
}

// Not called from drain(), which a callback may have called: the ports accept their backlog here,
// and that calls user code.
void ReactorCore::beginDrain() noexcept {
  const std::vector<std::shared_ptr<Resident>> residents = std::exchange(toDrain_, {});
  for (const auto& resident : residents) {
    if (!left_) resident->drain();
  }
  if (!left_) turn_.drainAll();
}

void ReactorCore::fireShutdown() {
  state_ = State::Stopping;
  stopDraining();
  events_.fire(
      SystemEvent::Shutdown,
      [this] {
        running_ = false;
        disconnectAll();
      },
      [this] { state_ = State::Finished; });
}

// RC13. A connection made while others are being ended is ended as well.
void ReactorCore::disconnectAll() noexcept {
  const AtWork atWork(*this);
  turn_.finish();  // output is sent, and connections that have ended are notified of that end
  disconnecting_ = true;
  turn_.endAll(Failure::connectionLost());
  descriptors_.loseAll(Failure::connectionLost());
  const std::uint64_t last = residents_.added();
  while (const auto resident = left_ ? nullptr : residents_.takeFirst(last)) {
    resident->reactorStopped();
  }
  disconnecting_ = false;
}

void ReactorCore::onSignal(int signal, UniqueFunction<void()> call) {
  if (!call) {
    if (signalCalls_.erase(signal) == 0) return;
    driver_->catchSignal(signal, false);
    if (handlesSignals_) driver_->catchStopSignals(true);
    return;
  }
  auto stored = std::make_shared<UniqueFunction<void()>>(std::move(call));
  const auto [place, isNew] = signalCalls_.try_emplace(signal);
  try {
    driver_->catchSignal(signal, true);
  } catch (...) {
    if (isNew) signalCalls_.erase(place);
    throw;
  }
  place->second = std::move(stored);
}

void ReactorCore::signalled(int signal) noexcept {
  if (const auto found = signalCalls_.find(signal); found != signalCalls_.end()) {
    const auto call = found->second;  // the call may replace itself while it runs
    try {
      (*call)();
    } catch (...) {
      const Failure thrown = Failure::current();
      logError("a call for signal {} threw {}: {}", signal, thrown.typeName(), thrown);
    }
    return;
  }
  if (state_ == State::Stopping || state_ == State::Finished) {
    logWarning("signal {} while stopping: waiting no longer", signal);
    turn_.partings().closeAll();
    return events_.hurry();
  }
  if (state_ != State::Active) return;
  if (std::exchange(signalSeen_, true)) {
    logWarning("signal {} again: stopping at once", signal);
    return stop();
  }
  try {
    drain(10s);
  } catch (const std::bad_alloc&) {
    logWarning("signal {}: no memory to drain, stopping at once", signal);
    stop();
  }
}

ReactorStatistics ReactorCore::statistics() const {
  ReactorStatistics all;
  all.accepted = turn_.made();
  all.open = turn_.open();
  for (const auto& [reason, count] : turn_.closed()) all.closed.emplace(reason, count);
  if (turn_.closedWithoutName() > 0) all.closed.emplace("", turn_.closedWithoutName());
  all.timers = timers_.size();
  for (const Ref<Connection>& connection : turn_.connections()) {
    all.queuedBytes += connection->unsentBytes();
  }
  all.bytesReceived = turn_.received();
  all.bytesSent = turn_.sent();
  all.latestCall = latestCall_;
  all.slowTurns = turn_.slowTurns().count();
  all.longestTurn = turn_.slowTurns().longest();
  return all;
}

}  // namespace ropewalk::detail
