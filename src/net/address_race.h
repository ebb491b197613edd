#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reactor/driver.h"
#include "reactor/reactor_core.h"
#include "ropewalk/failure.h"
#include "ropewalk/listen_options.h"
#include "ropewalk/reactor_time.h"

namespace ropewalk::detail {

// The owner of an address race. Is called once; may destroy the race from inside.
class RaceOwner {
 public:
  virtual void raceWon(std::unique_ptr<Channel> channel, const Address& peer) noexcept = 0;
  virtual void raceLost(const Failure& why) noexcept = 0;

 protected:
  ~RaceOwner() = default;
};

// Connects to several addresses and keeps the first connection (RFC 8305, "Happy Eyeballs").
// Address families alternate. Each address starts a moment after the previous one, or as soon as
// that fails; earlier ones keep running.
class AddressRace {
 public:
  // The head start of each address over the next (RFC 8305 section 5).
  static constexpr Duration kHeadStart = 250ms;

  struct Terms {
    std::string target;  // the host and port requested, for messages: "example.org:80"
    Address bind;        // as Driver::connect() takes it
    const ConnectOptions& options;
  };

  // `core`, `owner` and the options must outlive this.
  AddressRace(ReactorCore& core, RaceOwner& owner, const std::vector<Address>& addresses,
              Terms terms);
  AddressRace(const AddressRace&) = delete;
  AddressRace& operator=(const AddressRace&) = delete;

  // Closes the connections still in progress. Does not call the owner.
  ~AddressRace();

  // May call the owner.
  void start() noexcept { next(); }

  // The addresses tried: " (tried 127.0.0.1:80, [::1]:80)". Empty if the target is the only one.
  std::string tried() const;

 private:
  class Runner;

  struct Failed {
    Address address;
    int error = 0;
    bool binding = false;  // binding the local address failed
  };

  void next() noexcept;
  void giveHeadStart() noexcept;
  void run(const Address& address) noexcept;
  std::string bindText() const;
  void won(Runner& runner) noexcept;
  void fell(Runner& runner, int error) noexcept;
  void failed(const Failed& one) noexcept { failures_.push_back(one); }
  Failure whyLost() const noexcept;
  std::string reasons() const;

  ReactorCore& core_;
  RaceOwner& owner_;
  const std::vector<Address> addresses_;  // in the order in which they are tried
  const Terms terms_;
  std::size_t begun_ = 0;
  std::vector<std::unique_ptr<Runner>> running_;
  DelayedCall headStart_;
  std::vector<Failed> failures_;  // reserved for all addresses
  bool beginning_ = false;        // inside next()
};

// Returns the addresses with their families alternating, beginning with the first one's.
std::vector<Address> familiesInTurn(const std::vector<Address>& addresses);

}  // namespace ropewalk::detail
