#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ropewalk::test {

// What happened in a test, in order: one phrase an event.
class Story {
 public:
  void add(std::string event);

  // All of it: "server made, server lost".
  std::string text() const;

  std::size_t count(std::string_view event) const;
  bool has(std::string_view event) const;

  // True if both happened, and the first time of `earlier` before the first time of `later`.
  bool inOrder(std::string_view earlier, std::string_view later) const;

  const std::vector<std::string>& events() const { return events_; }
  void clear();

 private:
  std::vector<std::string> events_;
};

}  // namespace ropewalk::test
