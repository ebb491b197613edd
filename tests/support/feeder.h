#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "ropewalk/producer.h"

namespace ropewalk::test {

// A producer that counts what it is told, and does what the test says when it is told to go on.
class Feeder : public Producer {
 public:
  Feeder() = default;
  explicit Feeder(std::function<void(Feeder&)> resumed) : onResume(std::move(resumed)) {}

  void pauseProducing() override {
    if (isStopped()) FAIL_CHECK("a producer was paused after it was stopped");
    ++pauses;
    if (onPause) onPause(*this);
  }

  void resumeProducing() override {
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

  void stopProducing() override {
    ++stops;
    if (onStop) onStop(*this);
  }

  bool isStopped() const { return stops > 0; }

  std::function<void(Feeder&)> onPause;
  std::function<void(Feeder&)> onResume;
  std::function<void(Feeder&)> onStop;
  int pauses = 0;
  int resumes = 0;
  int stops = 0;
  int depth = 0;    // of resumeProducing() within resumeProducing()
  int deepest = 0;  // and the most that it ever was
};

}  // namespace ropewalk::test
