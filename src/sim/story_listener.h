#pragma once

#include <string>

namespace ropewalk::detail {

// While it lives, the story of a world of this thread that ends during an exception comes here
// instead of to stderr.
class StoryListener {
 public:
  StoryListener() noexcept;
  StoryListener(const StoryListener&) = delete;
  StoryListener& operator=(const StoryListener&) = delete;
  ~StoryListener();

  // What was told so far.
  const std::string& heard() const noexcept { return heard_; }

 private:
  friend void tellStory(const std::string& story);

  StoryListener* outer_;
  std::string heard_;
};

// To the innermost listener, or stderr.
void tellStory(const std::string& story);

}  // namespace ropewalk::detail
