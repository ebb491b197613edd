#include "support/feeder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace ropewalk::test {

Feeder::Feeder() = default;
Feeder::Feeder(std::function<void(Feeder&)> resumed) : onResume(std::move(resumed)) {}
Feeder::~Feeder() = default;

void Feeder::pauseProducing() {
  if (isStopped()) FAIL_CHECK("a producer was paused after it was stopped");
  ++pauses;
  if (onPause) onPause(*this);
}

void Feeder::resumeProducing() {
  if (isStopped()) FAIL_CHECK("a producer was resumed after it was stopped");
  ++resumes;
  const struct Depth {
    explicit Depth(Feeder& feeder) : feeder_(feeder) {
      feeder_.deepest = std::max(feeder_.deepest, ++feeder_.depth);
    }
    ~Depth() { --feeder_.depth; }
    Feeder& feeder_;
  } depthHere(*this);
  if (onResume) onResume(*this);
}

void Feeder::stopProducing() {
  ++stops;
  if (onStop) onStop(*this);
}

}  // namespace ropewalk::test
