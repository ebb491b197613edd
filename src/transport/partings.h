#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ropewalk/reactor_time.h"
#include "transport/channel.h"

namespace ropewalk::detail {

// The wires of connections that were cut short when their reactor stopped. Each will be reset, but
// a reset destroys what the peer has not acknowledged yet, complete messages before the cut among
// it: so each stays open while the peer goes on taking that.
class Partings {
 public:
  // `limit`: from now on, whatever progress the peer makes. May throw std::bad_alloc; the channel
  // is closed then.
  void add(std::unique_ptr<Channel> channel, TimePoint now, Duration limit);

  bool empty() const noexcept { return partings_.empty(); }

  // Closes those whose peers have acknowledged all, have stopped, or have had their time.
  void look(TimePoint now) noexcept;

  void closeAll() noexcept { partings_.clear(); }

 private:
  // A peer that acknowledges nothing for so long holds up the stop no longer.
  static constexpr Duration kPatience = 1s;

  struct Parting {
    std::unique_ptr<Channel> channel;
    TimePoint ends;
    TimePoint lastProgress;
    std::size_t unacknowledged;

    bool isOver(TimePoint now) noexcept;
  };

  std::vector<Parting> partings_;
};

}  // namespace ropewalk::detail
