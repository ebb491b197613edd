#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "ropewalk/sim/random.h"

namespace ropewalk::detail {

class SimSource;

// What may be ready on one host, in the order in which it became so: the kernel's epoll list.
class SimReadyList {
 public:
  // Puts `source` at the end if it is ready and not on the list.
  void note(SimSource& source);

  bool isAnyReady() const { return !lists_[filling_].empty() && isAnyOfReady(lists_[filling_]); }

  // Tells each of those on the list that is still ready, once; whoever is ready afterwards goes to
  // the end again (level-triggered). With `shuffle`, in a random order. False if nobody was told,
  // and from inside itself: a wait within a wait sees nothing.
  bool dispatch(sim::Random* shuffle);

 private:
  static bool isAnyOfReady(const std::vector<SimSource*>& list);
  void put(SimSource& source);
  void mix(std::vector<SimSource*>& batch, sim::Random& random);

  // One is filled while the other is worked off.
  std::array<std::vector<SimSource*>, 2> lists_;
  std::size_t filling_ = 0;
  bool dispatching_ = false;
};

}  // namespace ropewalk::detail
