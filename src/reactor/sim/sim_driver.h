#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "reactor/driver.h"
#include "reactor/sim/network.h"

namespace ropewalk::detail {

// The driver of one simulated host.
//
// Alone, it moves time itself: a wait that blocks goes on to the next thing that happens, and says
// false when nothing ever will. In a world of several hosts, `Clockwork::World`, such a wait
// returns at once and isRunnable() tells the world whether this host has something to do; the world
// moves time.
class SimDriver final : public Driver {
 public:
  enum class Clockwork { Own, World };

  // `host` is one of `network`'s.
  SimDriver(std::shared_ptr<SimNetwork> network, SimHost& host, Clockwork clockwork);

  // A host that is suspended or off: its reactor gets no turn.
  bool isOn() const noexcept { return host_.isOn(); }

  // Whether a turn of this host's reactor would do something now.
  bool isRunnable() const {
    return !idle_ || woken_ || alarm_ <= network_->now() || host_.ready.isAnyReady();
  }

  // Says that the reactor may have been given something to do from outside of its turn.
  void touch() noexcept { idle_ = false; }

  TimePoint alarm() const noexcept { return alarm_; }

  void setOwner(DriverOwner&) override {}
  TimePoint now() const override { return network_->now(); }
  void setAlarm(TimePoint when) override { alarm_ = when; }
  bool wait(bool block) override;
  void wake() noexcept override { woken_ = true; }
  void catchStopSignals(bool) override {}
  void catchSignal(int, bool) override {}
  void afterFork() override {}
  Listening listen(const Address& address, const ListenOptions& options) override;
  Connecting connect(const Address& peer, const Address& bind,
                     const ConnectOptions& options) override;
  Listening adoptPort(int, const ListenOptions&) override { return {nullptr, EBADF}; }
  Connecting adoptConnection(int, const ConnectionLimits&) override {
    return {nullptr, EBADF, false};
  }
  std::unique_ptr<Lookup> lookUp(const std::string& name, LookupOwner& owner) override;
  sys::NameAnswer lookUpNow(const std::string& name) override;
  std::unique_ptr<Watch> watch(int fd, WatchOwner& owner) override;
  std::size_t descriptorLimit() const override { return host_.descriptorLimit; }
  std::size_t openDescriptors() const override { return host_.descriptors(); }
  void randomBytes(std::span<std::uint8_t> bytes) override { random_.fill(bytes); }

 private:
  bool alarmRings() noexcept;

  const std::shared_ptr<SimNetwork> network_;
  SimHost& host_;
  const Clockwork clockwork_;
  sim::Random
      random_;  // apart from the network's, so that what one draws does not change the other
  TimePoint alarm_ = TimePoint::max();
  std::atomic<bool> woken_ = false;
  bool idle_ = false;
};

// A simulated machine alone in a network of its own, where only loopback leads anywhere.
std::unique_ptr<Driver> makeSimDriver(std::uint64_t seed);

}  // namespace ropewalk::detail
