#include "support/story.h"

#include <algorithm>
#include <utility>

namespace ropewalk::test {

void Story::add(std::string event) { events_.push_back(std::move(event)); }

std::string Story::text() const {
  std::string all;
  for (const std::string& event : events_) all += (all.empty() ? "" : ", ") + event;
  return all;
}

std::size_t Story::count(std::string_view event) const {
  return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
}

bool Story::has(std::string_view event) const { return count(event) != 0; }

bool Story::inOrder(std::string_view earlier, std::string_view later) const {
  const auto first = std::find(events_.begin(), events_.end(), earlier);
  const auto second = std::find(events_.begin(), events_.end(), later);
  return second != events_.end() && first < second;
}

void Story::clear() { events_.clear(); }

}  // namespace ropewalk::test
