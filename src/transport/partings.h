#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "ropewalk/reactor_time.h"
#include "transport/channel.h"

namespace ropewalk::detail {

// The channels of connections that ended with unsent output when their reactor stopped. Each will
// be reset, but a reset destroys what the peer has not acknowledged yet, including complete
// messages. So each stays open while the peer keeps acknowledging.
class Partings {
 public:
  // Closes the channel after `limit` at the latest, whatever progress the peer makes. If it throws
  // std::bad_alloc, the channel is closed.
  void add(std::unique_ptr<Channel> channel, TimePoint now, Duration limit);

  bool empty() const noexcept { return partings_.empty(); }

  // Closes those whose peers have acknowledged everything or have stopped, and those whose limit is
  // over.
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
