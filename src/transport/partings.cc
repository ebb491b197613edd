#include "transport/partings.h"

#include <utility>

namespace ropewalk::detail {

void Partings::add(std::unique_ptr<Channel> channel, TimePoint now, Duration limit) {
  const std::size_t unacknowledged = channel->unacknowledged();
  partings_.push_back({std::move(channel), later(now, limit), now, unacknowledged});
}

bool Partings::Parting::isOver(TimePoint now) noexcept {
  const std::size_t left = channel->unacknowledged();
  if (left < unacknowledged) lastProgress = now;
  unacknowledged = left;
  return left == 0 || now >= ends || now - lastProgress >= kPatience;
}

void Partings::look(TimePoint now) noexcept {
  std::erase_if(partings_, [now](Parting& each) { return each.isOver(now); });
}

}  // namespace ropewalk::detail
