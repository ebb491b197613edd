// The public methods of Reactor: they check the thread and the arguments, and call ReactorCore. The
// current reactor of each thread is here too. listenTCP() and the like are in src/net.

#include "ropewalk/reactor.h"

#include <cassert>
#include <stdexcept>
#include <string>
#include <utility>

#include "reactor/current_reactor.h"
#include "reactor/reactor_core.h"
#include "ropewalk/error.h"

namespace ropewalk {

namespace {

constinit thread_local Reactor* currentReactor = nullptr;
constinit thread_local bool defaultForbidden = false;

}  // namespace

Reactor::Reactor(std::string_view backend) : Reactor(detail::makeLibeventDriver(backend)) {}

Reactor::Reactor(std::unique_ptr<detail::Driver> driver)
    : core_(std::make_unique<detail::ReactorCore>(*this, std::move(driver))) {}

Reactor::~Reactor() {
  if (!core_->isOurs()) detail::ReactorCore::abandon(std::move(core_));
}

void Reactor::run(bool handleSignals) {
  core_->turn().requireHome("Reactor::run()");
  core_->run(handleSignals);
}
void Reactor::stop() {
  core_->turn().requireHome("Reactor::stop()");
  core_->stop();
}
void Reactor::drain(Duration deadline) {
  core_->turn().requireHome("Reactor::drain()");
  core_->drain(deadline);
}
bool Reactor::isDraining() const noexcept { return core_->isDraining(); }
void Reactor::crash() {
  core_->turn().requireHome("Reactor::crash()");
  core_->crash();
}
void Reactor::iterate(Duration delay) {
  core_->turn().requireHome("Reactor::iterate()");
  core_->iterate(delay);
}
bool Reactor::isRunning() const noexcept { return core_->running(); }
ReactorStatistics Reactor::statistics() const {
  core_->turn().requireHome("Reactor::statistics()");
  return core_->statistics();
}
TimePoint Reactor::now() const { return core_->driver().now(); }
std::vector<DelayedCall> Reactor::getDelayedCalls() const {
  core_->turn().requireHome("Reactor::getDelayedCalls()");
  return core_->timers().calls();
}

namespace {

void requireDescriptor(const std::shared_ptr<Descriptor>& descriptor, const char* who) {
  if (!descriptor) throw std::invalid_argument(std::string(who) + ": no descriptor");
}

}  // namespace

void Reactor::addReader(std::shared_ptr<Descriptor> descriptor) {
  core_->turn().requireHome("Reactor::addReader()");
  requireDescriptor(descriptor, "addReader");
  core_->descriptors().add(std::move(descriptor), detail::Interest::Read);
}
void Reactor::addWriter(std::shared_ptr<Descriptor> descriptor) {
  core_->turn().requireHome("Reactor::addWriter()");
  requireDescriptor(descriptor, "addWriter");
  core_->descriptors().add(std::move(descriptor), detail::Interest::Write);
}
void Reactor::removeReader(const Descriptor& descriptor) noexcept {
  core_->turn().requireHome("Reactor::removeReader()");
  core_->descriptors().remove(descriptor, detail::Interest::Read);
}
void Reactor::removeWriter(const Descriptor& descriptor) noexcept {
  core_->turn().requireHome("Reactor::removeWriter()");
  core_->descriptors().remove(descriptor, detail::Interest::Write);
}
void Reactor::addReaderCall(int fd, UniqueFunction<void()> call) {
  core_->turn().requireHome("Reactor::addReader()");
  core_->descriptors().add(fd, detail::Interest::Read, std::move(call));
}
void Reactor::addWriterCall(int fd, UniqueFunction<void()> call) {
  core_->turn().requireHome("Reactor::addWriter()");
  core_->descriptors().add(fd, detail::Interest::Write, std::move(call));
}
void Reactor::removeReader(int fd) noexcept {
  core_->turn().requireHome("Reactor::removeReader()");
  core_->descriptors().remove(fd, detail::Interest::Read);
}
void Reactor::removeWriter(int fd) noexcept {
  core_->turn().requireHome("Reactor::removeWriter()");
  core_->descriptors().remove(fd, detail::Interest::Write);
}
std::vector<std::shared_ptr<Descriptor>> Reactor::getReaders() const {
  core_->turn().requireHome("Reactor::getReaders()");
  return core_->descriptors().all(detail::Interest::Read);
}
std::vector<std::shared_ptr<Descriptor>> Reactor::getWriters() const {
  core_->turn().requireHome("Reactor::getWriters()");
  return core_->descriptors().all(detail::Interest::Write);
}
std::vector<std::shared_ptr<Descriptor>> Reactor::removeAll() {
  core_->turn().requireHome("Reactor::removeAll()");
  return core_->descriptors().removeAll();
}

void Reactor::onSignalCall(int signal, UniqueFunction<void()> call) {
  core_->turn().requireHome("Reactor::onSignal()");
  core_->onSignal(signal, std::move(call));
}
void Reactor::afterFork() { core_->afterFork(); }

void Reactor::setSlowTurnLimit(Duration limit) {
  core_->turn().requireHome("Reactor::setSlowTurnLimit()");
  core_->setSlowTurnLimit(limit);
}

DelayedCall Reactor::schedule(Duration delay, UniqueFunction<void()> call) {
  core_->turn().requireHome("Reactor::callLater()");
  return core_->timers().schedule(delay, std::move(call));
}

void Reactor::whenRunning(UniqueFunction<void()> call) {
  core_->turn().requireHome("Reactor::callWhenRunning()");
  if (isRunning()) return call();
  core_->events().add(Phase::After, SystemEvent::Startup,
                      detail::asDeferred([call = std::move(call)]() mutable { call(); }));
}

bool Reactor::fromThread(UniqueFunction<void()> call) {
  return core_->isOurs() && core_->threadCalls().add(std::move(call));
}

TriggerId Reactor::addTrigger(Phase phase, SystemEvent event,
                              UniqueFunction<Deferred<void>()> call) {
  core_->turn().requireHome("Reactor::addSystemEventTrigger()");
  return core_->events().add(phase, event, std::move(call));
}

void Reactor::removeSystemEventTrigger(TriggerId trigger) {
  core_->turn().requireHome("Reactor::removeSystemEventTrigger()");
  core_->events().remove(trigger);
}

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

Reactor& reactor() {
  if (currentReactor) return *currentReactor;
  if (defaultForbidden) {
    throw Error(
        "reactor(): a sim::World or a sim::StringTransport is alive, and nothing runs on it: see "
        "run()");
  }
  // Never destroyed: its objects may be used until the last static object is destroyed.
  static Reactor& processOwn = *new Reactor;
  return processOwn;
}

CurrentReactor::CurrentReactor(Reactor& reactor) noexcept
    : before_(std::exchange(currentReactor, &reactor)) {}

CurrentReactor::~CurrentReactor() { currentReactor = before_; }

namespace detail {

void forgetCurrentReactor(const Reactor& reactor) noexcept {
  if (currentReactor == &reactor) currentReactor = nullptr;
}

void forbidDefaultReactor(bool forbidden) noexcept { defaultForbidden = forbidden; }

}  // namespace detail

}  // namespace ropewalk
