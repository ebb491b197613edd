#include "reactor/sim/names.h"

#include <algorithm>
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

TimePoint SimNames::nextArrival() const noexcept {
  TimePoint next = TimePoint::max();
  for (const SimLookup* const lookup : asked_) next = std::min(next, lookup->arrival_);
  return next;
}

void SimNames::deliver(TimePoint now) {
  std::erase_if(asked_, [now](SimLookup* lookup) {
    if (lookup->arrival_ > now) return false;
    lookup->arrived_ = true;
    lookup->ready_.note(*lookup);
    return true;
  });
}

SimLookup::SimLookup(SimNames& names, SimReadyList& ready, std::string name, LookupOwner& owner,
                     TimePoint now)
    : names_(names),
      ready_(ready),
      name_(std::move(name)),
      owner_(owner),
      arrival_(later(now, names.delay())) {
  names_.asked_.push_back(this);
}

SimLookup::~SimLookup() { std::erase(names_.asked_, this); }

void SimLookup::dispatch() noexcept {
  arrived_ = false;
  owner_.lookedUp(names_.answer(name_));
}

}  // namespace ropewalk::detail
