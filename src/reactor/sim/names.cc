#include "reactor/sim/names.h"

#include <utility>

namespace ropewalk::detail {

void SimNames::set(std::string_view name, std::vector<Address> addresses) {
  entries_[std::string(name)] = std::move(addresses);
}

sys::NameAnswer SimNames::answer(const std::string& name) const {
  if (name == "localhost") {
    return {{Address::parse("127.0.0.1", 0), Address::parse("::1", 0)}, {}};
  }
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.empty()) return {{}, "Name or service not known"};
  return {found->second, {}};
}

// A name in the hosts file needs no server.
TimePoint SimNames::arrivalOf(std::string_view name, TimePoint now) const noexcept {
  return name == "localhost" ? now : later(now, delay_);
}

TimePoint SimNames::nextArrival() const noexcept {
  return asked_.empty() ? TimePoint::max() : asked_.begin()->first;
}

void SimNames::deliver(TimePoint now) {
  while (!asked_.empty() && asked_.begin()->first <= now) {
    SimLookup& lookup = *asked_.begin()->second;
    asked_.erase(asked_.begin());
    lookup.hasArrived_ = true;
    lookup.ready_.note(lookup);
  }
}

SimLookup::SimLookup(SimNames& names, SimReadyList& ready, std::string name, LookupOwner& owner,
                     TimePoint now)
    : names_(names),
      ready_(ready),
      name_(std::move(name)),
      owner_(owner),
      place_(names.asked_.emplace(names.arrivalOf(name_, now), this)) {}

SimLookup::~SimLookup() {
  if (!hasArrived_) names_.asked_.erase(place_);
}

void SimLookup::dispatch() noexcept {
  isTold_ = true;
  owner_.lookedUp(names_.answer(name_));
}

}  // namespace ropewalk::detail
