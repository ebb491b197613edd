#include "ropewalk/sim/host.h"

#include <utility>

#include "reactor/reactor_core.h"
#include "reactor/sim/sim_driver.h"
#include "ropewalk/error.h"
#include "ropewalk/log.h"
#include "ropewalk/sim/world.h"
#include "sim/timeline.h"

namespace ropewalk::sim {

namespace {

// Gives one connection a protocol that is there already.
class OneProtocol final : public ClientFactory {
 public:
  OneProtocol(std::shared_ptr<Protocol> protocol, UniqueFunction<void(const Failure&)> failed)
      : protocol_(std::move(protocol)), failed_(std::move(failed)) {
    noisy = false;
  }

  std::shared_ptr<Protocol> buildProtocol(const Address&) override {
    failed_ = {};  // it may hold the protocol, which from now on holds this
    return std::move(protocol_);
  }

  void clientConnectionFailed(Connector& connector, const Failure& why) override {
    if (failed_) {
      failed_(why);
    } else {
      logWarning("sim: no connection to {}: {}", connector.getDestination().text(), why);
    }
  }

 private:
  std::shared_ptr<Protocol> protocol_;
  UniqueFunction<void(const Failure&)> failed_;
};

}  // namespace

Host::Host(World& world, detail::SimHost& machine) : world_(world), machine_(machine) {}

Host::~Host() { leave(); }

void Host::leave() {
  isGone_ = true;
  endReactor();
}

Error Host::gone() { return Error("the world is being destroyed"); }

void Host::endReactor() {
  if (!reactor_) return;
  // What it calls at the end may ask for reactor().
  const CurrentReactor current(*reactor_);
  world_.timeline_->remove(detail::ReactorCore::of(*reactor_));
  reactor_.reset();
}

const std::string& Host::name() const noexcept { return machine_.name(); }

Address Host::address(int port) const {
  return machine_.address(Address::Family::IPv4, static_cast<std::uint16_t>(port));
}

Reactor& Host::reactor() {
  if (isGone_) throw gone();
  if (machine_.isOff()) throw Error("the simulated host \"" + name() + "\" is off");
  if (!reactor_) {
    auto driver = std::make_unique<detail::SimDriver>(world_.network_, machine_,
                                                      detail::SimDriver::Clockwork::World);
    driver_ = driver.get();
    reactor_ = std::make_unique<Reactor>(std::move(driver));
    world_.timeline_->add(detail::ReactorCore::of(*reactor_), *driver_);
  }
  driver_->touch();
  detail::ReactorCore& core = detail::ReactorCore::of(*reactor_);
  if (!core.active()) core.start();
  return *reactor_;
}

void Host::connectProtocol(std::string_view to, int port, std::shared_ptr<Protocol> protocol,
                           UniqueFunction<void(const Failure&)> failed) {
  const auto found = world_.hosts_.find(to);
  std::string literal(to);
  if (found != world_.hosts_.end()) {
    literal = found->second->address().host();
  } else if (to.find_first_of(".:") == std::string_view::npos) {
    throw UnknownHostError("the simulated world has no host \"" + literal + "\"");
  }
  reactor().connectTCP(literal, port,
                       std::make_shared<OneProtocol>(std::move(protocol), std::move(failed)));
}

void Host::suspend() {
  if (machine_.isOn()) world_.network_->suspend(machine_);
}

void Host::resume() {
  if (machine_.isSuspended()) world_.network_->powerOn(machine_);
}

void Host::powerOff() {
  if (!machine_.isOff()) world_.network_->powerOff(machine_);
}

void Host::powerOn() {
  if (!machine_.isOff()) return;
  if (world_.timeline_->isPlaying()) {
    throw Error("a simulated host cannot be switched on from inside of a callback");
  }
  endReactor();
  world_.network_->powerOn(machine_);
}

void Host::setFirewall(int port, Firewall rule) {
  machine_.setFirewall(static_cast<std::uint16_t>(port), rule);
}

void Host::setDescriptorLimit(std::size_t limit) { machine_.descriptorLimit = limit; }

std::size_t Host::descriptors() const { return machine_.descriptors(); }

}  // namespace ropewalk::sim
