#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reactor/sim/listener.h"
#include "reactor/sim/port_set.h"
#include "reactor/sim/ready_list.h"
#include "ropewalk/address.h"
#include "ropewalk/sim/conditions.h"

namespace ropewalk::detail {

// A machine in the simulated network: what its kernel knows.
class SimHost {
 public:
  SimHost(std::string name, std::size_t number);
  SimHost(const SimHost&) = delete;
  SimHost& operator=(const SimHost&) = delete;

  const std::string& name() const noexcept { return name_; }
  std::size_t number() const noexcept { return number_; }

  // Its own address of that family, with `port`.
  Address address(Address::Family family, std::uint16_t port) const;

  // Whether it has that address; loopback, and "any", count.
  bool has(const Address& address) const;

  // An address from which to reach `peer`, without a port.
  Address addressTowards(const Address& peer) const;

  // A local port that nobody uses; 0 if there is none.
  std::uint16_t freePort();

  // Whether `address` can be bound: 0 or the errno.
  int canBind(const Address& address) const;

  // A port that a connection of ours came from, while it is open.
  void usePort(std::uint16_t port) { clientPorts_.insert(port); }
  void releasePort(std::uint16_t port) { clientPorts_.erase(port); }

  // REQUIRES: canBind().
  std::shared_ptr<SimListener> listen(const Address& address, int backlog);

  // Who listens at `address`, or null.
  std::shared_ptr<SimListener> listenerAt(const Address& address) const;

  // Suspended: as a laptop that is shut. Off: as one whose power is cut.
  enum class Power { On, Suspended, Off };
  Power power = Power::On;
  bool isOn() const noexcept { return power == Power::On; }
  bool isSuspended() const noexcept { return power == Power::Suspended; }
  bool isOff() const noexcept { return power == Power::Off; }

  // What happens to those who want to connect to `port`; Open unless set.
  void setFirewall(std::uint16_t port, sim::Firewall rule) { firewall_[port] = rule; }
  sim::Firewall firewall(std::uint16_t port) const;

  // The ports of the listeners, in ascending order.
  std::vector<std::uint16_t> listeningPorts() const;

  // Descriptors. take() is false, and takes none, if there are none left (EMFILE).
  std::size_t descriptorLimit = 65536;
  bool takeDescriptor() noexcept;
  void releaseDescriptor() noexcept { --descriptors_; }
  std::size_t descriptors() const noexcept { return descriptors_; }

  SimReadyList ready;

 private:
  std::uint16_t freePortBetween(std::uint16_t first, std::uint16_t last) const;

  const std::string name_;
  const std::size_t number_;
  std::size_t descriptors_ = 0;
  std::uint16_t lastPort_;
  SimPortSet clientPorts_;
  std::map<std::uint16_t, sim::Firewall> firewall_;
  std::map<std::uint16_t, std::vector<std::weak_ptr<SimListener>>> listeners_;  // by port
};

// One end of a connection.
struct SimEnd {
  const SimHost* host = nullptr;  // null for an address that no host has
  Address address;

  // "server:8001", for the trace.
  std::string label() const;
};

}  // namespace ropewalk::detail
