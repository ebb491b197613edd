#include "ropewalk/reactor.h"

#include <cassert>
#include <utility>

#include "reactor/current_reactor.h"
#include "reactor/reactor_core.h"
#include "ropewalk/error.h"

namespace ropewalk {

Reactor::Reactor() : Reactor(detail::makeLibeventDriver()) {}

Reactor::Reactor(std::unique_ptr<detail::Driver> driver)
    : core_(std::make_unique<detail::ReactorCore>(*this, std::move(driver))) {}

Reactor::~Reactor() = default;

void Reactor::run(bool handleSignals) { core_->run(handleSignals); }
void Reactor::stop() { core_->stop(); }
void Reactor::drain(Duration deadline) { core_->drain(deadline); }
void Reactor::crash() { core_->crash(); }
void Reactor::iterate(Duration delay) { core_->iterate(delay); }
bool Reactor::isRunning() const noexcept { return core_->running(); }
ReactorStatistics Reactor::statistics() const { return core_->statistics(); }
TimePoint Reactor::now() const { return core_->driver().now(); }
std::vector<DelayedCall> Reactor::getDelayedCalls() const { return core_->timers().calls(); }

DelayedCall Reactor::schedule(Duration delay, UniqueFunction<void()> call) {
  return core_->timers().schedule(delay, std::move(call));
}

void Reactor::whenRunning(UniqueFunction<void()> call) {
  if (isRunning()) return call();
  core_->events().add(Phase::After, SystemEvent::Startup,
                      detail::asDeferred([call = std::move(call)]() mutable { call(); }));
}

bool Reactor::fromThread(UniqueFunction<void()> call) {
  if (core_->threadCalls().add(std::move(call))) core_->driver().wake();
  return true;
}

TriggerId Reactor::addTrigger(Phase phase, SystemEvent event,
                              UniqueFunction<Deferred<void>()> call) {
  return core_->events().add(phase, event, std::move(call));
}

void Reactor::removeSystemEventTrigger(TriggerId trigger) { core_->events().remove(trigger); }

Phase Reactor::phaseNamed(std::string_view name) {
  if (name == "before") return Phase::Before;
  if (name == "during") return Phase::During;
  if (name == "after") return Phase::After;
  throw UnknownPhase("addSystemEventTrigger: unknown phase \"" + std::string(name) + "\"");
}

SystemEvent Reactor::eventNamed(std::string_view name) {
  if (name == "startup") return SystemEvent::Startup;
  if (name == "shutdown") return SystemEvent::Shutdown;
  throw UnknownPhase("addSystemEventTrigger: unknown event \"" + std::string(name) + "\"");
}

namespace {

constinit thread_local Reactor* currentReactor = nullptr;
constinit thread_local bool defaultForbidden = false;

}  // namespace

Reactor& reactor() {
  if (currentReactor) return *currentReactor;
  if (defaultForbidden) {
    throw Error("reactor(): a simulated world is alive, and none of its hosts is running");
  }
  // Never destroyed: what it holds may be used until the last static object is gone.
  static Reactor& processOwn = *new Reactor;
  return processOwn;
}

CurrentReactor::CurrentReactor(Reactor& reactor) noexcept
    : before_(std::exchange(currentReactor, &reactor)) {}

CurrentReactor::~CurrentReactor() { currentReactor = before_; }

namespace detail {

void forbidDefaultReactor(bool forbidden) noexcept { defaultForbidden = forbidden; }

}  // namespace detail

}  // namespace ropewalk
