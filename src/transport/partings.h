#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ropewalk/reactor_time.h"
#include "transport/channel.h"

namespace ropewalk::detail {

// The channels of connections that ended with unsent output when their reactor stopped. Each is
// reset in the end. A reset destroys output that the peer has not acknowledged yet, including
// complete messages, so each channel stays open while the peer keeps acknowledging.
class Partings {
 public:
  // Closes the channel after `limit` at the latest, whatever progress the peer makes. If this
  // throws std::bad_alloc, the channel is closed.
  void add(std::unique_ptr<Channel> channel, TimePoint now, Duration limit);

  bool empty() const noexcept { return partings_.empty(); }

  // Closes the channels whose peers have acknowledged everything or have stopped acknowledging, and
  // those whose limit has passed.
  void look(TimePoint now) noexcept;

  void closeAll() noexcept { partings_.clear(); }

 private:
  // The stop does not wait for a peer that acknowledges nothing for this long.
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
