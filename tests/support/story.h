#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ropewalk::test {

// What happened in a test, in order: one phrase an event.
class Story {
 public:
  void add(std::string event) { events_.push_back(std::move(event)); }

  // All of it: "server made, server lost".
  std::string text() const {
    std::string all;
    for (const std::string& event : events_) all += (all.empty() ? "" : ", ") + event;
    return all;
  }

  std::size_t count(std::string_view event) const {
    return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
  }

  bool has(std::string_view event) const { return count(event) != 0; }

  // True if both happened, and the first time of `earlier` before the first time of `later`.
  bool inOrder(std::string_view earlier, std::string_view later) const {
    const auto first = std::find(events_.begin(), events_.end(), earlier);
    const auto second = std::find(events_.begin(), events_.end(), later);
    return second != events_.end() && first < second;
  }

  const std::vector<std::string>& events() const { return events_; }
  void clear() { events_.clear(); }

 private:
  std::vector<std::string> events_;
};

}  // namespace ropewalk::test
