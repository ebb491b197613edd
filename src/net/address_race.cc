// Starts one Runner per address: the next one starts when the head start is over or a Runner fails.
// The first to connect wins; a race whose last Runner fails is lost, and its error names each
// address.

#include "net/address_race.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "async/failure_of.h"
#include "ropewalk/error.h"

namespace ropewalk::detail {

// A connect to one address.
class AddressRace::Runner final : private ChannelOwner {
 public:
  Runner(AddressRace& race, const Address& address, std::unique_ptr<Channel> channel)
      : race_(race), address_(address), channel_(std::move(channel)) {
    channel_->setOwner(*this);
  }

  void start() { channel_->setInterest(Interest::Write); }
  const Address& address() const noexcept { return address_; }
  std::unique_ptr<Channel> takeChannel() noexcept { return std::move(channel_); }

 private:
  // No server listens there. Reset, because TIME_WAIT would keep the port from the server.
  void endSelfConnection() noexcept {
    channel_->resetOnClose();
    race_.fell(*this, ECONNREFUSED);
  }

  void readReady() noexcept override {}
  void broken(int error) noexcept override { race_.fell(*this, error); }
  void writeReady() noexcept override {
    const int error = channel_->connectResult();
    if (error != 0) return race_.fell(*this, error);
    if (channel_->isConnectedToItself()) return endSelfConnection();
    channel_->setInterest(Interest::Nothing);
    race_.won(*this);
  }

  AddressRace& race_;
  const Address address_;
  std::unique_ptr<Channel> channel_;
};

AddressRace::AddressRace(ReactorCore& core, RaceOwner& owner, const std::vector<Address>& addresses,
                         Terms terms)
    : core_(core), owner_(owner), addresses_(familiesInTurn(addresses)), terms_(std::move(terms)) {
  failures_.reserve(addresses_.size());
}

AddressRace::~AddressRace() {
  if (headStart_.active()) headStart_.cancel();
}

// Starts the next address for which connecting can start. Calls the owner last.
void AddressRace::next() noexcept {
  if (headStart_.active()) headStart_.cancel();
  const std::size_t before = running_.size();
  beginning_ = true;
  while (begun_ < addresses_.size() && running_.size() == before) run(addresses_[begun_++]);
  beginning_ = false;
  if (running_.empty()) return owner_.raceLost(whyLost());
  if (begun_ < addresses_.size()) giveHeadStart();
}

// If there is no memory for the timer, the next address starts when this one fails.
void AddressRace::giveHeadStart() noexcept {
  try {
    headStart_ = core_.timers().schedule(kHeadStart, [this] { next(); });
  } catch (const std::bad_alloc&) {
  }
}

void AddressRace::run(const Address& address) noexcept {
  try {
    Connecting connecting = core_.driver().connect(address, terms_.bind, terms_.options);
    if (!connecting.channel) return failed({address, connecting.error, connecting.binding});
    running_.push_back(std::make_unique<Runner>(*this, address, std::move(connecting.channel)));
  } catch (const std::bad_alloc&) {
    return failed({address, ENOMEM, false});
  }
  running_.back()->start();
}

void AddressRace::won(Runner& runner) noexcept {
  const Address peer = runner.address();
  owner_.raceWon(runner.takeChannel(), peer);
}

void AddressRace::fell(Runner& runner, int error) noexcept {
  failed({runner.address(), error, false});
  const auto place = std::ranges::find(running_, &runner, &std::unique_ptr<Runner>::get);
  const std::unique_ptr<Runner> gone = std::move(*place);
  running_.erase(place);
  if (!beginning_ && (begun_ < addresses_.size() || running_.empty())) next();
}

Failure AddressRace::whyLost() const noexcept {
  return failureFrom([this] {
    const Failed& last = failures_.back();
    if (!std::ranges::all_of(failures_, &Failed::binding)) {
      return connectErrorFor(last.error, "connect " + terms_.target + reasons());
    }
    const std::error_code code(last.error, std::generic_category());
    return Failure::of(ConnectBindError(bindText() + ": " + code.message(), code));
  });
}

std::string AddressRace::bindText() const {
  const bool anywhere = terms_.bind.family() == Address::Family::None;
  return "bind " + (anywhere ? "port " + std::to_string(terms_.bind.port()) : terms_.bind.text());
}

// The addresses that failed and why, without the text of the last error.
std::string AddressRace::reasons() const {
  if (failures_.size() == 1 && failures_.front().address.text() == terms_.target) return {};
  std::string all;
  for (const Failed& each : failures_) {
    all += ": " + each.address.text();
    if (each.binding) all += ": " + bindText();
    if (&each != &failures_.back()) all += ": " + std::generic_category().message(each.error);
  }
  return all;
}

std::string AddressRace::tried() const {
  if (addresses_.size() == 1 && addresses_.front().text() == terms_.target) return {};
  std::string all;
  for (std::size_t i = 0; i < begun_; ++i) {
    all += (i == 0 ? " (tried " : ", ") + addresses_[i].text();
  }
  return all + ")";
}

std::vector<Address> familiesInTurn(const std::vector<Address>& addresses) {
  std::vector<Address> ordered;
  std::vector<Address> left = addresses;
  while (!left.empty()) {
    const auto differs = [&](const Address& each) {
      return !ordered.empty() && each.family() != ordered.back().family();
    };
    const auto found = std::ranges::find_if(left, differs);
    const auto next = found == left.end() ? left.begin() : found;
    ordered.push_back(*next);
    left.erase(next);
  }
  return ordered;
}

}  // namespace ropewalk::detail
