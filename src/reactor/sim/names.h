#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/driver.h"
#include "reactor/sim/ready_list.h"
#include "reactor/sim/source.h"
#include "ropewalk/address.h"
#include "ropewalk/reactor_time.h"
#include "sys/host_names.h"

namespace ropewalk::detail {

class SimLookup;

// The name servers of the simulated network: what they answer, and after how long.
class SimNames {
 public:
  // From now on `name` stands for `addresses`; none: nobody knows it.
  void set(std::string_view name, std::vector<Address> addresses);

  // Duration::max(): they do not answer at all.
  void setDelay(Duration delay) noexcept { delay_ = delay; }

  // When the answer to a question that is asked now arrives.
  TimePoint arrivalOf(std::string_view name, TimePoint now) const noexcept;

  sys::NameAnswer answer(const std::string& name) const;

  // When the next answer arrives; TimePoint::max() if none will.
  TimePoint nextArrival() const noexcept;

  // Lets those who asked know of the answers that have arrived.
  void deliver(TimePoint now);

 private:
  friend class SimLookup;

  std::map<std::string, std::vector<Address>, std::less<>> entries_;
  std::multimap<TimePoint, SimLookup*> asked_;  // by the arrival of the answer, then in order
  Duration delay_{};
};

// A question of one host.
class SimLookup final : public Lookup, public SimSource {
 public:
  // All must outlive this.
  SimLookup(SimNames& names, SimReadyList& ready, std::string name, LookupOwner& owner,
            TimePoint now);
  ~SimLookup() override;

  // SimSource
  bool isReady() const override { return hasArrived_ && !isTold_; }
  void dispatch() noexcept override;

 private:
  friend class SimNames;

  SimNames& names_;
  SimReadyList& ready_;
  const std::string name_;
  LookupOwner& owner_;
  std::multimap<TimePoint, SimLookup*>::iterator place_;  // unless the answer has arrived
  bool hasArrived_ = false;
  bool isTold_ = false;
};

}  // namespace ropewalk::detail
