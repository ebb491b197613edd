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

// Whoever runs a race of addresses. Called once; may destroy the race from inside.
class RaceOwner {
 public:
  virtual void raceWon(std::unique_ptr<Channel> channel, const Address& peer) noexcept = 0;
  virtual void raceLost(const Failure& why) noexcept = 0;

 protected:
  ~RaceOwner() = default;
};

// Connects to the first of several addresses that answers (RFC 8305, "Happy Eyeballs"): families in
// turn, each address a moment after the one before or as soon as that one has failed, all of them.
class AddressRace {
 public:
  // A head start of each over the next (RFC 8305 section 5).
  static constexpr Duration kHeadStart = 250ms;

  // `target` is what was asked for, for texts: "example.org:80". `core`, `owner` and `options` must
  // outlive this.
  AddressRace(ReactorCore& core, RaceOwner& owner, std::string target,
              const std::vector<Address>& addresses, const Address& bind,
              const ConnectOptions& options);
  AddressRace(const AddressRace&) = delete;
  AddressRace& operator=(const AddressRace&) = delete;

  // Closes who still runs, and calls nobody.
  ~AddressRace();

  // May call the owner.
  void start() { next(); }

  // What was tried, if there is more to it than the target: " (tried 127.0.0.1:80, [::1]:80)".
  std::string tried() const;

 private:
  class Runner;

  void next();
  void run(const Address& address);
  void won(Runner& runner);
  void fell(Runner& runner, int error) noexcept;
  void goOnWithout(Runner& runner, int error);
  void failed(const Address& address, int error, bool binding);
  Failure whyLost() const;

  ReactorCore& core_;
  RaceOwner& owner_;
  const std::string target_;
  const std::vector<Address> addresses_;  // in the order in which they are tried
  const Address bind_;
  const ConnectOptions& options_;
  std::size_t begun_ = 0;
  std::vector<std::unique_ptr<Runner>> running_;
  DelayedCall headStart_;
  std::string failures_;  // of all but the last one
  Address lastFailed_;
  int lastError_ = 0;
  bool lastBinding_ = false;
};

// The addresses with their families in turn, beginning with the first one's.
std::vector<Address> familiesInTurn(const std::vector<Address>& addresses);

}  // namespace ropewalk::detail
